"""What can be asked of the safe, and what it answers. The only words that cross its socket.

Requests are tagged msgspec structs in msgpack. Whatever the web process claims here is *claimed*: the safe checks it
against its own register of accounts, its policy, its caps and its locks.
"""

from ecluse.safe.protocol.access import Answer, Item, Open, Opened
from ecluse.safe.protocol.approvals import Approve, Pending, Proposal, Propose, Ruled, Wait, Waiting
from ecluse.safe.protocol.entries import Note, Noted
from ecluse.safe.protocol.locks import WATCH, Check, Checked, Held, Lock
from ecluse.safe.protocol.patients import Birth, Create, Created, DirectoryKey, Key, Newcomer, Tokened, Tokens
from ecluse.safe.protocol.people import CloseSetup, Enrol, Revoke, Who
from ecluse.safe.protocol.standing import Fault, State, Status

Request = (
    Open
    | Create
    | Tokens
    | DirectoryKey
    | Note
    | Check
    | Enrol
    | CloseSetup
    | Propose
    | Approve
    | Pending
    | Lock
    | Revoke
    | Status
)
Reply = Opened | Created | Tokened | Key | Noted | Checked | Ruled | Waiting | State | Fault

__all__ = [
    "WATCH",
    "Answer",
    "Approve",
    "Birth",
    "Check",
    "Checked",
    "CloseSetup",
    "Create",
    "Created",
    "DirectoryKey",
    "Enrol",
    "Fault",
    "Held",
    "Item",
    "Key",
    "Lock",
    "Newcomer",
    "Note",
    "Noted",
    "Open",
    "Opened",
    "Pending",
    "Proposal",
    "Propose",
    "Reply",
    "Request",
    "Revoke",
    "Ruled",
    "State",
    "Status",
    "Tokened",
    "Tokens",
    "Wait",
    "Waiting",
    "Who",
]
