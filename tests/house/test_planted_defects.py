"""Defects planted in a copy of the program: each must turn the tests that stand against it red.

A row says where, what stands there now, what the defect makes of it, and which tests must see it. A row whose text has
moved on fails by itself: a defect that is no longer planted proves nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]


class Defect(NamedTuple):
    """file: below src/mumian. now, then: its text, once in the file, and what it becomes. seen_by: tests, as pytest takes them."""

    file: str
    now: str
    then: str
    seen_by: tuple[str, ...]


CONTESTS = "tests/domain/test_contests.py"
TARIFF = ("tests/methods/test_tariff.py",)
AUCTION = ("tests/methods/test_auction.py",)
QUERY_PRICES = ("tests/methods/test_query_pricing.py",)
DEADLINES = ("tests/market/test_deal_deadlines.py",)
ONGOING = ("tests/rooms/test_exchange_ongoing.py",)
GOING_ON = ("tests/market/test_ongoing_deals.py",)
BY_PRECISION = ("tests/market/test_by_precision.py",)
BY_COVERAGE = ("tests/market/test_by_coverage.py",)
LEDGER = ("tests/rooms/test_ledger.py",)
TREE = ("tests/journal/test_tree.py",)
LOG = ("tests/journal/test_log.py",)
CANONICAL = ("tests/kernel/test_canonical.py",)
ROWS = ("tests/market/test_rows.py::test_a_row_written_twice_in_a_step_that_falls_is_as_it_was_before_the_step",)
AUDIT = ("tests/market/test_audit.py",)
RETRY = ("tests/market/test_life.py::test_a_retry_gets_the_first_answer_and_other_content_is_refused",)
BURNT = ("tests/market/test_life.py::test_a_refusal_burns_its_id",)
WHOLE = ("tests/market/test_life.py::test_a_reaction_that_is_refused_refuses_the_whole_command",)
REOPENED = ("tests/market/test_life.py::test_a_market_goes_on_where_it_stopped_whatever_it_keeps_in_memory",)
CLOCK = ("tests/market/test_sequencer.py::test_a_clock_that_is_a_little_behind_lets_time_stand_still",)
SIGNED = ("tests/market/test_bad_input.py::test_a_signature_fits_no_other_envelope",)
MARKET = ("tests/market/test_bad_input.py::test_a_signature_fits_no_other_market",)
OWN_KEY = ("tests/market/test_bad_input.py::test_a_party_with_a_key_speaks_by_that_key_only",)
CRASH = ("tests/crash/test_crash.py::test_no_crash_loses_acknowledged_work",)
LOST_SYNC = ("tests/crash/test_market_crash.py::test_a_lost_sync_stops_the_market_and_what_was_acknowledged_is_there",)
CHECK = ("tests/crash/test_market_crash.py::test_the_check_sees_a_changed_row_a_changed_leaf_and_a_forked_tree",)
PRIVATE = "tests/domain/test_private_attacks.py"
AUDITED = (f"{PRIVATE}::test_no_run_of_the_whole_path_shows_more_loss_than_was_charged[gaussian]",)
ANSWERING = "tests/domain/test_answering.py"
CARRIED = ("tests/cli/test_certificate.py::test_a_credential_that_moves_within_its_file_does_not_fit_any_more",)
CREDENTIAL = "tests/credentials/test_sd_jwt.py"
UNNAMED = (f"{CREDENTIAL}::test_a_credential_with_one_thing_changed_is_not_believed",)
LAST_SECOND = (f"{CREDENTIAL}::test_a_credential_is_valid_from_its_first_second_to_before_its_end",)
BESIDE = ("tests/cli/test_certificate_in_force.py::test_what_a_registry_signs_beside_its_register_is_told",)
OLDEST_FIRST = ("tests/rooms/test_clocks.py::test_a_tick_meets_the_oldest_first_and_no_more_than_it_may",)
STANDS_STILL = ("tests/rooms/test_clocks.py::test_suspending_and_resuming_in_any_order_never_loses_a_day",)
WORK_DAYS = ("tests/rooms/test_clocks.py::test_three_work_days_are_those_of_the_state_council",)
LIMITS = ("tests/rooms/test_property_register.py::test_a_limit_has_its_days_its_rule_and_its_owner",)
SERIALS = ("tests/rooms/test_property_register.py::test_serials_begin_anew_each_month_and_have_no_gap",)
RIGHTS = "tests/rooms/test_rights.py"
VOIDED = (f"{RIGHTS}::test_a_withdrawn_consent_voids_what_rests_on_it_and_what_stands_on_that_and_nothing_else",)
WIDER = (f"{RIGHTS}::test_rights_refuse_by_name",)
WITHDRAWN = (
    "tests/market/test_withdrawn.py"
    "::test_a_job_that_is_asked_for_after_the_withdrawal_is_refused_until_the_person_is_left_out",
)
SEPARATE = ("tests/market/test_operating.py::test_separation_is_looked_at_at_every_step",)
FORBIDDEN = (
    "tests/policy/test_bundle.py"
    "::test_a_rule_is_named_with_its_policy_and_one_that_forbids_trumps_two_hundred_that_permit",
)
STANDING = ("tests/market/test_refusals_reached.py::test_a_short_script_reaches_the_refusal[cleanroom.POLICY_DENIES]",)
REMAINDERS = ("tests/rooms/test_revenue_rules.py::test_nobody_gains_by_many_small_sales",)
OWED_MOST = (
    "tests/methods/test_apportion.py"
    "::test_divisions_that_follow_one_another_hand_out_unit_by_unit_to_whoever_is_owed_most[1]",
)
COSTS = ("tests/rooms/test_revenue_rules.py::test_costs_come_back_before_anybody_shares_and_then_no_more",)
COPIES = (
    "tests/methods/test_near_duplicates.py"
    "::test_replication_takes_k_of_k_plus_1_where_copies_count_and_nothing_where_they_do_not",
)
AUCTIONING = "tests/market/test_auctioning.py"
COPIED = (f"{AUCTIONING}::test_a_copied_commitment_opens_nothing",)
NEXT_IN_LINE = (f"{AUCTIONING}::test_a_winner_who_spent_his_money_forfeits_and_the_next_in_line_has_it",)
SHILL = (f"{AUCTIONING}::test_a_shill_that_is_found_out_later_wins_nothing_and_sets_no_price",)
BINDING = (f"{AUCTIONING}::test_neither_the_winner_nor_the_seller_calls_off_what_was_won",)
SELF_DECLARED = (f"{AUCTIONING}::test_no_side_takes_a_bid_back_by_declaring_itself_related",)
SETTLING = "tests/market/test_settling.py"
CLAWED = (f"{SETTLING}::test_a_clawback_beyond_funds_overdraws_nobody_and_is_paid_by_the_next_share",)
OUTRUN = (f"{SETTLING}::test_who_asks_for_a_payout_does_not_outrun_a_clawback",)
CHARGED = (f"{SETTLING}::test_a_buyers_fee_waits_with_the_order_and_is_earned_when_the_delivery_is_accepted",)
ANSWERED = (f"{SETTLING}::test_a_payment_that_the_bank_returned_is_back_and_cannot_be_confirmed",)
SPENT = (f"{SETTLING}::test_the_exchange_cannot_take_what_it_keeps_for_others",)
BOOKS = "tests/market/test_movements.py"
LEVELS = ("tests/market/test_classification.py::test_a_level_decides_in_which_forms_data_is_traded",)
SERVICES = ("tests/rooms/test_services.py::test_every_interest_in_the_subject_excludes",)
FILED = "tests/rooms/test_filings.py"
WASHED = (f"{FILED}::test_a_wash_trade_between_related_parties_enters_no_figure_and_is_flagged",)
SMALL_CELL = ("tests/methods/test_price_index.py::test_too_few_or_too_large_a_part_is_not_shown",)
FEES = ("tests/market/test_engagements.py::test_a_fee_returns_with_every_other_end",)

SAMPLED = "tests/methods/test_sampled_shapley.py"
ALL_ASKED = (f"{SAMPLED}::test_asking_about_all_coalitions_gives_the_exact_value_without_an_interval",)
FREED = (f"{SAMPLED}::test_what_a_model_adds_is_orthogonal_to_the_players_under_the_kernel",)
STACKED = ("tests/methods/test_owner_utility.py::test_every_coalitions_worth_is_that_of_its_stacked_rows",)

NEGOTIATED = "tests/rooms/test_negotiation.py"
NEGOTIATING = ("tests/market/test_negotiating.py::test_a_broker_of_one_side_does_not_break_off_for_the_other",)
BOTH_SIDES = ("tests/market/test_negotiating.py::test_a_broker_is_not_on_the_other_side_by_a_related_party_either",)
REPLACED = (f"{NEGOTIATED}::test_a_counter_offer_takes_the_place_of_what_was_offered",)
SILENT = ("tests/policy/test_contract.py::test_fused_data_without_a_clause_is_operated_once_everybody_else_consents",)

DEFECTS = {
    "a hold that counts in full": Defect(
        "market/movements.py",
        "(msgspec.structs.replace(held.pop(event.transfer), amount_fen=event.amount_fen),)",
        "(held.pop(event.transfer),)",
        (f"{BOOKS}::test_a_hold_counts_when_and_as_far_as_it_is_posted",),
    ),
    "a payment that comes in on both sides": Defect(
        "market/movements.py",
        "(debit, credit, -amount_fen)",
        "(debit, credit, amount_fen)",
        (f"{BOOKS}::test_all_statements_close_with_nothing_made_or_lost",),
    ),
    "a tariff whose rates may rise": Defect(
        "methods/tariff.py", "if after.unit_fen > before.unit_fen:", "if after.unit_fen < 0:", TARIFF
    ),
    "a winner who pays his own bid": Defect(
        "methods/auction.py",
        "return Sale(winners, max(losing_fen, reserve_fen))",
        "return Sale(winners, max(winners[-1].amount_fen, reserve_fen))",
        AUCTION,
    ),
    "a bundle that is charged twice for what it tells twice": Defect(
        "methods/query_pricing.py", "union |= mask", "union += mask", QUERY_PRICES
    ),
    "a share of each report, rounded down by itself": Defect(
        "rooms/exchange/ongoing.py",
        "share_fen(order.unit_fen, order.turnover_fen + grown_fen) - order.billed_fen",
        "share_fen(order.unit_fen, grown_fen)",
        ONGOING,
    ),
    "a month that is reported before it is over": Defect(
        "rooms/exchange/ongoing.py", "is_over = facts.now >= end_of(command.month)", "is_over = True", ONGOING
    ),
    "a renewal at any price": Defect(
        "rooms/exchange/subscribing.py", "(cost_fen > order.renewal_fen,", "(False,", ONGOING
    ),
    "an escrow that runs out while the clock jumps": Defect(
        "market/reactions/money.py",
        "HELD_UNTIL if event.is_watched else event.hold_expires_at",
        "event.hold_expires_at",
        DEADLINES,
    ),
    "a share that is left and used on": Defect(
        "market/reactions/deals.py", "if order.is_shared and s.contracts", "if order.metered and s.contracts", GOING_ON
    ),
    "precision that is asked for twice before it is paid": Defect(
        "market/metered.py",
        "unit_nano=PRECISION_NANO, statuses=UNDER_WAY | GIVEN",
        "unit_nano=PRECISION_NANO, statuses=GIVEN",
        BY_PRECISION,
    ),
    "rows that are asked for twice before they are paid": Defect(
        "market/metered.py",
        "Covering(support, covered(s.cleanroom, agreement, statuses=UNDER_WAY | GIVEN)",
        "Covering(support, covered(s.cleanroom, agreement, statuses=GIVEN)",
        BY_COVERAGE,
    ),
    "an answer that leaves unpaid": Defect(
        "market/reactions/money.py", "        yield exchange.SettleUsage(job.agreement)", "        pass", BY_PRECISION
    ),
    "a delivery that waits for ever": Defect(
        "market/reactions/deals.py", "        yield exchange.AcceptDelivery(key)", "        pass", DEADLINES
    ),
    "a broker who breaks off for the other side": Defect(
        "rooms/negotiation/tables.py", "if said.broker is not None:  #", "if not said:  #", NEGOTIATING
    ),
    "a broker whose relatives on the other side are not looked for": Defect(
        "market/gathering/negotiation.py",
        "for group in (parties.related(s.parties, one) | {one},)",
        "for group in (frozenset((one,)),)",
        BOTH_SIDES,
    ),
    "terms that are accepted after they were replaced": Defect(
        "rooms/negotiation/tables.py",
        "if command.terms_digest != table.digest:",
        "if not command.terms_digest:",
        REPLACED,
    ),
    "a contract's silence taken for consent": Defect(
        "policy/contract.py",
        "if clauses.operates_by_consent else ()\n    duties",
        "if not clauses.operates_by_consent else ()\n    duties",
        SILENT,
    ),
    "a size weighed as if draws had been with replacement": Defect(
        "methods/sampled_shapley.py",
        "kernel_mass(n, level.size) / level.drawn",
        "kernel_mass(n, level.size)",
        ALL_ASKED,
    ),
    "a model that takes a part of a player's value": Defect(
        "methods/odd_parts.py", "- slope[:, None] * linear", "- 0 * slope[:, None] * linear", FREED
    ),
    "a partial sum that keeps who has left": Defect(
        "methods/owner_utility.py", "sums_b[k, i] = sums_b[k + 1, i]", "sums_b[k, i] = sums_b[k, i]", STACKED
    ),
    "a wash trade that sets a price": Defect(
        "rooms/filings/indexing.py",
        "        if not trade.is_wash:\n            families",
        "        if True:\n            families",
        WASHED,
    ),
    "an index that one seller dominates": Defect(
        "methods/price_index.py",
        "len(parts) < rule.parties_min or max(parts.values()) * WHOLE_BP > rule.share_bp_max * whole_fen",
        "len(parts) < rule.parties_min",
        SMALL_CELL,
    ),
    "a provider that judges what it has an interest in": Defect(
        "rooms/services/independence.py",
        "if found.party in facts.group:",
        "if found.party in ():",
        SERVICES,
    ),
    "a commitment that anybody may open": Defect(
        "rooms/auctions/bidding.py",
        "if found != entry.commitment:",
        "if False:",
        COPIED,
    ),
    "a bid without money that sets the price": Defect(
        "rooms/auctions/closing.py",
        "        if not unfunded:",
        "        if True:",
        NEXT_IN_LINE,
    ),
    "a shill that is not looked for at the close": Defect(
        "rooms/auctions/closing.py",
        "elif each.is_related:",
        "elif False:",
        SHILL,
    ),
    "an owner who is counted once a copy": Defect(
        "methods/near_duplicates.py",
        "worth[cluster] = max(worth.get(cluster, 0), weight)",
        "worth[cluster] = worth.get(cluster, 0) + weight",
        COPIES,
    ),
    "an auction whose winner may think better of it": Defect(
        "market/reactions/auctions.py",
        "is_binding=True",
        "is_binding=False",
        BINDING,
    ),
    "a bid that is taken back by a word": Defect(
        "market/gathering/auctions.py",
        ", by=AUTHORITIES",
        "",
        SELF_DECLARED,
    ),
    "a remainder that is forgotten at the next sale": Defect(
        "rooms/revenue/sharing.py",
        "sale.before.owed or [0] * len(weights)",
        "[0] * len(weights)",
        REMAINDERS,
    ),
    "a fen that goes to whoever is owed least": Defect(
        "methods/apportion.py",
        "key=lambda nth: (-left[nth], nth))",
        "key=lambda nth: (left[nth], nth))",
        OWED_MOST,
    ),
    "a cost that comes back without end": Defect(
        "rooms/revenue/sharing.py",
        "total_fen = min(net_of(terms, sale) // BASIS_POINTS, sum(out))",
        "total_fen = net_of(terms, sale) // BASIS_POINTS",
        COSTS,
    ),
    "a clawback that overdraws": Defect(
        "rooms/settlement/keeping.py",
        "cash_fen = min(left_fen, facts.cash_fen + sum(each.amount_fen for each in recalled))",
        "cash_fen = left_fen",
        CLAWED,
    ),
    "a buyer's fee that is kept of an order that was cancelled": Defect(
        "market/reactions/settlement.py",
        "    deals.OrderCancelled: _order_ended,\n",
        "",
        CHARGED,
    ),
    "a clawback that a payout outruns": Defect(
        "rooms/settlement/keeping.py",
        "if payout.party == payee:",
        "if False:",
        OUTRUN,
    ),
    "a payment that the bank answers for twice": Defect(
        "rooms/settlement/payouts.py",
        "if found is not LineState.SENT:",
        "if False:",
        ANSWERED,
    ),
    "a reserve that its exchange may spend": Defect(
        "rooms/ledger/decide.py",
        "if side.purpose in KEPT and not facts.is_market:",
        "if False:",
        SPENT,
    ),
    "a fee that is not let go with its engagement": Defect(
        "market/reactions/services.py",
        "    events.EngagementEnded: _ended,\n",
        "",
        FEES,
    ),
    "a sign": Defect(
        "rooms/ledger/evolve.py",
        "b.credits_pending + pending, b.credits_posted + posted",
        "b.credits_pending + pending, b.credits_posted - posted",
        LEDGER,
    ),
    "a hold that is not taken off when it is released": Defect(
        "rooms/ledger/evolve.py",
        "pending=-leg.amount_fen, posted=posted",
        "pending=0, posted=posted",
        LEDGER,
    ),
    "an overdraft not looked for": Defect(
        "rooms/ledger/decide.py",
        "debit.purpose is not Purpose.BANK and available < leg.amount_fen",
        "False",
        LEDGER,
    ),
    "a linked leg that does not see the one before it": Defect(
        "rooms/ledger/decide.py",
        "moved[leg.debit] = moved.get(leg.debit, 0) - leg.amount_fen",
        "pass",
        LEDGER,
    ),
    "keys not sorted before hashing": Defect(
        "kernel/canonical.py",
        'msgspec.json.Encoder(order="sorted")',
        "msgspec.json.Encoder()",
        CANONICAL,
    ),
    "a fraction let through to be hashed": Defect(
        "kernel/canonical.py",
        """            raise ValueError(f"`{value}` at `{at}` is a fraction; use an integer in the smaller unit")""",
        "            return",
        CANONICAL,
    ),
    "a leaf hashed without its prefix": Defect(
        "journal/tree.py",
        r"""return [sha256(b"\x00" + entry).digest() for entry in entries]""",
        "return [sha256(entry).digest() for entry in entries]",
        TREE,
    ),
    "a node hashed like a leaf": Defect(
        "journal/tree.py",
        r"""return sha256(b"\x01" + left + right).digest()""",
        r"""return sha256(b"\x00" + left + right).digest()""",
        TREE,
    ),
    "a frontier that does not advance": Defect(
        "journal/log.py",
        "self._frontier, self._head = Frontier.from_hex(sealed.size, sealed.peaks), sealed.head",
        "self._head = sealed.head",
        LOG,
    ),
    "acknowledged before it is synced": Defect(
        "journal/sqlite.py",
        'self._one(f"PRAGMA synchronous = {synchronous}")',
        'self._one("PRAGMA synchronous = NORMAL")',
        CRASH,
    ),
    "acknowledged and never committed": Defect(
        "market/sequencer.py",
        """        self._store.commit(
            Commit(first_seq""",
        """        (
            Commit(first_seq""",
        REOPENED,
    ),
    "a failed commit passed over": Defect(
        "market/sequencer.py",
        """                self._stopped = self._cause_of(fault)
""",
        """                pass
""",
        LOST_SYNC,
    ),
    "a refusal not logged": Defect(
        "market/sequencer.py",
        """            leaves.append(leaf)
""",
        """            if leaf.refused:
                answers.append(Answer(leaf))
                continue
            leaves.append(leaf)
""",
        BURNT,
    ),
    "a refused step not undone": Defect(
        "market/step.py",
        """    if isinstance(outcome, Refused):
        states.undo.roll_back()
""",
        "",
        WHOLE,
    ),
    "an undo from the front": Defect(
        "market/rows.py",
        "in reversed(self.was):",
        "in self.was:",
        ROWS,
    ),
    "an id not remembered": Defect(
        "market/step.py",
        "states.seen[envelope.id] = seq",
        "pass",
        RETRY,
    ),
    "a time that follows the clock back": Defect(
        "market/sequencer.py",
        "return max(now, self._last_at)",
        "return now",
        CLOCK,
    ),
    "a signature not verified": Defect(
        "market/hearing.py",
        "Ed25519PublicKey.from_public_bytes(key).verify(value, signed_bytes(origin, envelope))",
        "Ed25519PublicKey.from_public_bytes(key)",
        SIGNED,
    ),
    "a signature by anybody's key": Defect(
        "market/step.py",
        "if key not in parties.keys_of(states.parties, actor):",
        "if not key:",
        OWN_KEY,
    ),
    "a market's name not signed": Defect(
        "market/envelope.py",
        '"id": envelope.id, "market": origin}',
        '"id": envelope.id}',
        MARKET,
    ),
    "decisions not compared in the audit": Defect(
        "market/audit.py",
        "if decided != payload:",
        "if False:",
        AUDIT,
    ),
    "rows not compared in the audit": Defect(
        "market/audit.py",
        "if ours != theirs:",
        "if False:",
        CHECK,
    ),
    "a root not compared in the audit": Defect(
        "market/audit.py",
        "if root != claim.root:",
        "if False:",
        AUDIT,
    ),
    "a sealed file that does not say where its credential stands": Defect(
        "cli/certificate/seal.py",
        "    blanked.update(BLANK * length)\n",
        "",
        CARRIED,
    ),
    "disclosures that nothing signed names": Defect(
        "credentials/sd_jwt.py",
        "    unfolding.finish()\n",
        "",
        UNNAMED,
    ),
    "a credential that is valid a second too long": Defect(
        "credentials/sd_jwt_vc.py",
        "now_s >= frame.to_s",
        "now_s > frame.to_s",
        LAST_SECOND,
    ),
    "a certificate not compared with the register": Defect(
        "cli/certificate/verifying.py",
        "return same == held and organisations <= set(names.items())",
        "return True",
        BESIDE,
    ),
    "a tick that meets the later limit first": Defect(
        "rooms/clocks/decide.py",
        "islice(due_before(state, facts.now), TICK_MAX)",
        "reversed([*islice(due_before(state, facts.now), TICK_MAX)])",
        OLDEST_FIRST,
    ),
    "a suspended clock that goes on counting": Defect(
        "rooms/clocks/decide.py",
        "replace(clock, spans=turned.suspended_spans)",
        "clock",
        STANDS_STILL,
    ),
    "the day on which a limit starts counted": Defect(
        "rulebook/clock.py",
        "day, left, counts_all = limit.started,",
        "day, left, counts_all = limit.started - _DAY,",
        WORK_DAYS,
    ),
    "a publicity one day short": Defect(
        "rooms/property_register/limits.py",
        "Unit.WORK_DAYS, number(rule, name, facts), rule",
        "Unit.WORK_DAYS, number(rule, name, facts) - (kind == PUBLICITY), rule",
        LIMITS,
    ),
    "a serial of certificates skipped": Defect(
        "rooms/property_register/attestation.py",
        "(state.serials.get(prefix) or 0) + 1",
        "(state.serials.get(prefix) or 0) + 2",
        SERIALS,
    ),
    "the consent of persons not asked for a job": Defect(
        "rooms/cleanroom/request.py",
        "    if seen.unlawful:",
        "    if False:",
        WITHDRAWN,
    ),
    "a withdrawal that no answer hears of": Defect(
        "market/gathering/lawful.py",
        "    if not holds_persons(s, resource):",
        "    if True:",
        WITHDRAWN,
    ),
    "a withdrawn consent that leaves grants standing": Defect(
        "rooms/rights/chain.py",
        "grant.consent in state.voided",
        "grant.consent == state.voided",
        VOIDED,
    ),
    "a grant wider than its parent": Defect(
        "rooms/rights/scope.py",
        "if purpose not in parent.purposes:",
        "if False:",
        WIDER,
    ),
    "an operator's relations not looked for": Defect(
        "rooms/operation/guards.py",
        "if merchant == operator or relation:",
        "if merchant == operator:",
        SEPARATE,
    ),
    "a prohibition among many policies not found": Defect(
        "policy/bundle.py",
        "_found(shelf.prohibition, assignee, request.purpose)",
        "[]",
        FORBIDDEN,
    ),
    "the standing policy of a resource not asked": Defect(
        "market/gathering/cleanroom.py",
        "if decision is not None and not decision.allowed:",
        "if False:",
        STANDING,
    ),
    "data of level 4 traded outside the clean room": Defect(
        "rooms/exchange/product.py",
        "Level.GENERAL_4: CLEAN_ROOM,",
        "Level.GENERAL_4: CLEAN_ROOM | {DeliveryForm.API},",
        LEVELS,
    ),
    "noise of half the scale": Defect(
        "rooms/cleanroom/noise.py",
        "    return scale_for(plan.mechanism, l0=groups, step=step, rho_nano=rho_each_nano(plan))",
        "    return scale_for(plan.mechanism, l0=groups, step=step, rho_nano=rho_each_nano(plan)) / 2",
        AUDITED,
    ),
    "a loss that is booked in memory only": Defect(
        "domain/charges.py",
        """            write(self._folder / f"{question}.json", made)""",
        "            pass",
        (f"{PRIVATE}::test_a_crash_between_charge_and_run_refunds_nothing_and_costs_nothing_twice",),
    ),
    "a domain that answers without rules": Defect(
        "domain/plans.py",
        '            return Refused(CleanroomRefusal.RULES_MISSING, {"resource": source.asked.resource})',
        "            continue",
        (f"{ANSWERING}::test_without_rules_nothing_is_answered",),
    ),
    "found keys shown whoever has them": Defect(
        "domain/gate.py",
        "if value >= tau]",
        "if value >= 1]",
        (f"{ANSWERING}::test_keys_that_nobody_declared_are_shown_only_if_enough_units_have_them",),
    ),
    "groups of few units shown": Defect(
        "domain/gate.py",
        "        shown = units < 0 or noisy[units][place] >= plan.units_min",
        "        shown = True",
        (f"{ANSWERING}::test_groups_with_too_few_units_keep_their_key_and_lose_their_values",),
    ),
    "the laxest of several rules": Defect(
        "rooms/cleanroom/analysis.py",
        "uses = frozenset.intersection(*(frozenset(rule.uses) for rule in found))",
        "uses = frozenset().union(*(frozenset(rule.uses) for rule in found))",
        (f"{ANSWERING}::test_a_party_s_own_rule_narrows_what_everybody_may",),
    ),
    "a join that leaves the unit": Defect(
        "rooms/cleanroom/ruled.py",
        "        if rules.unit and own_columns.get(self.own.unit) != rules.unit:",
        "        if False:",
        (f"{ANSWERING}::test_a_join_is_by_the_declared_key_and_within_the_unit",),
    ),
    "exact histories of related parties kept apart": Defect(
        "domain/exact_answers.py",
        "            if len(labels) > 1:",
        "            if False:",
        ("tests/domain/test_exact_jobs.py::test_parties_that_become_related_after_seeing_apart_see_no_more",),
    ),
    "an exact sum clamped as one likes": Defect(
        "rooms/cleanroom/ruled.py",
        "            return (measure.lower, measure.upper) == (column.lower, column.upper)",
        "            return True",
        ("tests/domain/test_exact_jobs.py::test_an_exact_sum_is_clamped_to_the_public_bounds_and_no_others",),
    ),
    "near ties of KNN left in the order of rounded distances": Defect(
        "methods/knn_shapley.py",
        "if last - first > 1:",
        "if last - first > len(keys):",
        ("tests/methods/test_knn_shapley.py::test_values_are_those_of_brute_force_under_the_same_tie_rule",),
    ),
    "a batch whose signature nobody checks": Defect(
        "domain/contests.py",
        "return is_signed(signed, side.domain_key)",
        "return True",
        (f"{CONTESTS}::test_a_batch_of_another_key_or_count_proves_nothing",),
    ),
    "an acknowledgement by anybody": Defect(
        "domain/contests.py",
        "(said.sender, said.to, said.body) == (side.consumer_key, side.domain, wanted)",
        "(said.to, said.body) == (side.domain, wanted)",
        (f"{CONTESTS}::test_what_a_consumer_acknowledged_it_denies_in_vain_though_it_shows_no_voucher",),
    ),
    "an item at another price than its place has": Defect(
        "domain/itemised.py",
        "(int(number), int(charge_fen)) == (call, unit_fen)",
        "int(number) == call",
        ("tests/cli/test_contests_cli.py::test_calls_are_written_one_by_one_and_checked_by_whoever_has_the_journal",),
    ),
    "calls that are charged again in another batch": Defect(
        "domain/batches.py",
        "if of.first < reached:",
        "if of.first < 0:",
        (f"{CONTESTS}::test_recorded_batches_are_what_their_domain_signed_each_call_once",),
    ),
    "rows that were told before counted again": Defect(
        "rooms/cleanroom/views.py", "| int(found.covered, 16)", "^ int(found.covered, 16)", BY_COVERAGE
    ),
    "a new version told for nothing": Defect(
        "rooms/cleanroom/facts.py", "self.rows.get(versions, 0)", "max(self.rows.values(), default=0)", BY_COVERAGE
    ),
    "a new version paid as the old one": Defect(
        "rooms/cleanroom/views.py",
        "rows[found.versions_digest] = rows.get(found.versions_digest, 0)",
        'rows[""] = rows.get("", 0)',
        BY_COVERAGE,
    ),
    "an answer that covers beyond its order": Defect(
        "rooms/cleanroom/priced.py", "if units <= price.left else", "if units >= 0 else", BY_COVERAGE
    ),
    "a support that takes one group for all": Defect(
        "engines/support.py",
        "told &= _where(_is_asked(key), drawn[key.column])",
        "told |= _where(_is_asked(key), drawn[key.column])",
        ("tests/engines/test_support.py",),
    ),
    "a KNN value off by one rank": Defect(
        "methods/knn_shapley.py",
        "(1.0 if here else -1.0) / max(k, rank)",
        "(1.0 if here else -1.0) / max(k, rank + 1)",
        ("tests/methods/test_knn_shapley.py::test_values_are_those_of_the_game_over_all_coalitions",),
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The program and its tests, to be harmed."""
    folder = tmp_path_factory.mktemp("planted")
    for part in ("src", "tests", "benchmarks"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    yield folder
    shutil.rmtree(folder)


def run(copy: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run `tests` against the copy, until the first that fails."""
    environment = {**os.environ, "PYTHONPATH": str(copy / "src"), "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "--tb=line", *tests]
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=120, check=False)


def forget_compiled(source: Path) -> None:
    """Bytecode is told apart by second and size, and a defect may have neither of its own."""
    for compiled in (source.parent / "__pycache__").glob(f"{source.stem}.*.pyc"):
        compiled.unlink()


def test_the_copy_is_what_the_tests_run_and_without_a_defect_they_are_green(copy: Path) -> None:
    unharmed = run(copy, *sorted({test for defect in DEFECTS.values() for test in defect.seen_by}))
    assert unharmed.returncode == 0, unharmed.stdout + unharmed.stderr
    imported = [sys.executable, "-c", "import mumian; print(mumian.__file__)"]
    environment = {**os.environ, "PYTHONPATH": str(copy / "src")}
    where = subprocess.run(imported, env=environment, capture_output=True, text=True, check=True).stdout
    assert Path(where.strip()).is_relative_to(copy)


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_a_planted_defect_turns_tests_red(copy: Path, defect: Defect) -> None:
    source = copy / "src" / "mumian" / defect.file
    sound = source.read_text("utf8")
    assert sound.count(defect.now) == 1, f"`{defect.now}` is not once in `{defect.file}`: plant the defect anew"
    try:
        source.write_text(sound.replace(defect.now, defect.then), "utf8")
        forget_compiled(source)
        harmed = run(copy, *defect.seen_by)
    finally:
        source.write_text(sound, "utf8")
        forget_compiled(source)
    # 1: tests failed; anything else (an import that breaks, no test found) would prove nothing
    assert harmed.returncode == 1, harmed.stdout + harmed.stderr
    assert "1 failed" in harmed.stdout
    assert "1 error" not in harmed.stdout
