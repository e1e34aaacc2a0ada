"""What always holds in the catalog. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mumian.kernel.ids import ResourceId
from mumian.rooms.catalog.factors import unknown
from mumian.rooms.catalog.levels import Level, level_by_matrix, rank
from mumian.rooms.catalog.model import State, nth_key
from mumian.rooms.catalog.review import examine


def versions_are_gapless(state: State) -> Iterator[str]:
    """A resource has its versions 1 to n and no others."""
    found = Counter(key.rpartition("/")[0] for key, _ in state.versions.under())
    for key, resource in state.resources.under():
        if found.pop(key, 0) != resource.versions:
            yield f"`{key}` shows {resource.versions} versions and has another number of them"
        for number in range(1, resource.versions + 1):
            if nth_key(ResourceId(key), number) not in state.versions:
                yield f"`{key}` lacks its version {number}"
    for key in found:
        yield f"versions of `{key}`, which is no resource"


def each_digest_names_one_version(state: State) -> Iterator[str]:
    """Within a resource no two versions are the same data."""
    named = 0
    for key, version in state.versions.under():
        resource, _, number = key.rpartition("/")
        named += 1
        if state.digests.get(f"{resource}/{version.digest}") != int(number):
            yield f"version `{key}` is not the one that its digest names"
    recorded = sum(1 for _ in state.digests.under())
    if recorded != named:
        yield f"{recorded} digests name {named} versions"


def every_level_is_that_of_the_matrix(state: State) -> Iterator[str]:
    """A grading's level is what GB/T 43697 gives for its impacts."""
    for key, grading in state.gradings.under():
        level = level_by_matrix(grading.impacts)
        if grading.level is not level:
            yield f"`{key}` is graded `{grading.level.value}`, the matrix gives `{level.value}`"


def a_resource_shows_its_last_grading(state: State) -> Iterator[str]:
    """Gradings are gapless, and level and persons of a resource are those of the last one."""
    for key, resource in state.resources.under():
        gradings = [grading for _, grading in state.gradings.under(f"{key}/")]
        last = gradings[-1] if gradings else None
        shown = (resource.gradings, resource.level, resource.persons)
        if shown != (len(gradings), last.level if last else None, last.persons if last else False):
            yield f"`{key}` shows another level than that of the last of its {len(gradings)} gradings"


def no_level_falls_without_a_reason(state: State) -> Iterator[str]:
    """Each grading is as high as the one before it, or says why not."""
    before: tuple[str, Level] | None = None
    for key, grading in state.gradings.under():
        resource = key.rpartition("/")[0]
        is_lower = before is not None and before[0] == resource and rank(grading.level) < rank(before[1])
        if is_lower and grading.reason is None:
            yield f"`{key}` is graded `{grading.level.value}`, lower than before, without a reason"
        before = (resource, grading.level)


def a_signed_grading_knows_all_that_it_was_asked(state: State) -> Iterator[str]:
    """Where factors were signed, none is open; and persons are counted exactly where the grading says that there are any."""
    for key, grading in state.gradings.under():
        if grading.factors is None:
            continue
        if unknown(grading.factors):
            yield f"`{key}` leaves open {', '.join(unknown(grading.factors))}"
        elif bool(grading.factors.persons) is not grading.persons:
            yield f"`{key}` counts {grading.factors.persons} persons and says persons: {grading.persons}"


def open_proposals_dues_and_permissions_are_about_what_is_there(state: State) -> Iterator[str]:
    """Each is of a resource that is in the catalog and not withdrawn; a proposal's level is that of the matrix."""
    for table in (state.proposed, state.due, state.permitted):
        for key, _ in table.under():
            record = state.resources.get(key)
            if record is None or record.is_withdrawn:
                yield f"`{key}` is not there, and is waited for"
    for key, proposal in state.proposals.under():
        if proposal.level is not level_by_matrix(proposal.impacts):
            yield f"`{key}` proposes `{proposal.level.value}`, which the matrix does not give"
    for resource, waiting in state.proposed.under():
        found = state.proposals.get(waiting)
        if found is None or found.resource != resource:
            yield f"`{waiting}` is not a proposal for `{resource}`"


def a_permission_is_found_until_it_ends(state: State) -> Iterator[str]:
    """A resource points to its permission while that has not ended, and to nothing else."""
    for resource, permitted in state.permitted.under():
        record = state.permissions.get(permitted)
        if record is None or record.resource != resource or record.ended is not None:
            yield f"`{resource}` is permitted by `{permitted}`, which is not in force"
    for key, record in state.permissions.under():
        owner = state.resources.get(record.resource)
        is_moot = record.ended is not None or owner is None or owner.is_withdrawn
        if not is_moot and state.permitted.get(record.resource) != key:
            yield f"`{key}` is in force and `{record.resource}` does not point to it"


def every_description_stands_examination(state: State) -> Iterator[str]:
    """What is in the catalog keeps the limits of its form, the privacy unit in the dictionary among them."""
    for key, _ in state.resources.under():
        description = state.descriptions.get(key)
        refused = examine(description) if description is not None else None
        if description is None or refused is not None:
            yield f"`{key}`: {refused.say() if refused else 'it has no description'}"


def resources_are_found_by_holder_and_duty(state: State) -> Iterator[str]:
    """The indexes name every resource of a holder, every resource of a duty, and nothing else."""
    for key, resource in state.resources.under():
        item = _duty_of(state, key)
        if state.by_holder.get(f"{resource.holder}/{key}") != key:
            yield f"`{key}` is not found under its holder `{resource.holder}`"
        if item and f"{resource.holder}/{item}" not in state.duties:
            yield f"`{key}` comes from the duty `{item}`, which `{resource.holder}` does not list"
        if item and state.by_duty.get(f"{resource.holder}/{item}/{key}") != key:
            yield f"`{key}` is not found under its duty `{item}`"
    for path, key in state.by_holder.under():
        found = state.resources.get(key)
        if found is None or path != f"{found.holder}/{key}":
            yield f"`{path}` names a resource that is not there"
    for path, key in state.by_duty.under():
        found = state.resources.get(key)
        if found is None or path != f"{found.holder}/{_duty_of(state, key)}/{key}":
            yield f"`{path}` names a resource that does not come from this duty"


def _duty_of(state: State, resource: str) -> str:
    description = state.descriptions.get(resource)
    return description.duty_item if description is not None else ""


LAWS = (
    versions_are_gapless,
    each_digest_names_one_version,
    every_level_is_that_of_the_matrix,
    a_resource_shows_its_last_grading,
    no_level_falls_without_a_reason,
    a_signed_grading_knows_all_that_it_was_asked,
    open_proposals_dues_and_permissions_are_about_what_is_there,
    a_permission_is_found_until_it_ends,
    every_description_stands_examination,
    resources_are_found_by_holder_and_duty,
)
