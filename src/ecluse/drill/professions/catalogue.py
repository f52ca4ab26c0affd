"""The closed list of professions. One more is one small file and one line here.

The order is the one in which chance is drawn and posts are filled: another one makes other hospitals of the same seeds.
"""

from ecluse.drill.professions import (
    admissions,
    aide,
    billing,
    dim_coder,
    dim_physician,
    dpo,
    interface_service,
    it_administrator,
    laboratory,
    midwife,
    nurse,
    pharmacist,
    physician,
    radiology,
    resident,
    secretary,
    security_officer,
    social_worker,
)
from ecluse.drill.professions.base import Trade

TRADES: tuple[Trade, ...] = (
    nurse.TRADE,
    aide.TRADE,
    physician.TRADE,
    resident.TRADE,
    midwife.TRADE,
    pharmacist.TRADE,
    laboratory.TRADE,
    radiology.TRADE,
    secretary.TRADE,
    admissions.TRADE,
    billing.TRADE,
    dim_coder.TRADE,
    dim_physician.TRADE,
    social_worker.TRADE,
    it_administrator.TRADE,
    dpo.TRADE,
    security_officer.TRADE,
    interface_service.TRADE,
)
BY_PROFESSION = {trade.profession: trade for trade in TRADES}
