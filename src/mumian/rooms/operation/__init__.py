"""Authorised operation of public data: plan, selection, agreement, one application a scenario, accounts, disclosure (articles 2, 7 and 14; 公共数据授权运营)."""
