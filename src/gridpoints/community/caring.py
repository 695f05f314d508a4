"""Household files (一户一档): written and read by those whose role needs it, each reading on record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from attrs import frozen

from gridpoints.community.files import FileEntry, FileReading, HouseholdFile, OutsideFiles
from gridpoints.community.model import STANDING, Household
from gridpoints.community.room import Room, check_or_empty
from gridpoints.community.terms import TermList
from gridpoints.errors import FileForNobody, FileNotForYou, NoFile, NoRulesInForce
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Permissions, Right, naming
from gridpoints.storage.port import Work
from gridpoints.values import check_identifier, check_text


@frozen
class Caring(Room):
    """Only for those to whom the rules in force give the right ``see_household_files``: `FileNotForYou`.

    Where the rules are silent about it, nobody has it but the embedding program itself.
    """

    def write_file(
        self,
        household_id: str,
        *,
        flags: Collection[str] = (),
        note: str = "",
        outside: Mapping[str, str] | None = None,
    ) -> FileEntry:
        """Write what a household needs care for; what its file said before is kept behind it.

        `outside` says where other systems keep more, such as ``{"health": "no. 17"}``. A flag that is not
        on the list is a `TermUnknown`.
        """
        now = self.context.now()
        with self.context.begin() as work:
            self._must_be_allowed()
            work.get(Household, household_id, lock=True)
            entry = FileEntry(
                id=self.context.id(None),
                household_id=household_id,
                flags=tuple(sorted({self._term(work, TermList.CARE_FLAG, flag) for flag in flags})),
                note=check_or_empty("note", note),
                written_by=self.context.actor.id,
                written_at=now,
                outside=_references(outside or {}),
            )
            files = work.find(HouseholdFile, {"id": household_id}, lock=True)
            for file in files:
                self.context.change(work, file, STANDING.amend(file))
            if not files:
                self.context.keep(work, HouseholdFile(household_id, household_id))
            work.add(entry)
        return entry

    def read_file(self, household_id: str, reason: str) -> FileEntry:
        """What the file says now; who reads it, when, and why, is noted. Raises `NoFile`."""
        return self._read(household_id, reason)[-1]

    def read_past(self, household_id: str, reason: str) -> list[FileEntry]:
        """All that the file ever said, the first entry first; noted like every reading. Raises `NoFile`."""
        return self._read(household_id, reason)

    def look_outside(
        self, household_id: str, system: str, files: OutsideFiles, reason: str
    ) -> Mapping[str, Any]:
        """What another system says of the household, such as its health file; noted like every reading.

        Nothing of it is kept here. Raises `NoFile` where the file knows no reference to that system.
        """
        entry = self.read_file(household_id, reason)
        if (reference := entry.outside.get(system)) is None:
            raise NoFile(household=household_id)
        return files.look_up(reference)

    def flagged(self, flag: str, reason: str) -> list[Household]:
        """The households whose files have a flag, by label; a reading of each of those is noted."""
        reason = check_text("reason", reason)
        with self.context.begin() as work:
            self._must_be_allowed()
            self._term(work, TermList.CARE_FLAG, flag)
            latest = {entry.household_id: entry for entry in work.find(FileEntry, order=("written_at", "id"))}
            ids = [id for id, entry in latest.items() if flag in entry.flags]
            self._note(work, ids, reason)
            return work.find(Household, {"id": ids}, order=("label", "id"))

    def readings(self, household_id: str) -> list[FileReading]:
        """Who read the file, when and why; itself only for those who may read files."""
        with self.context.read() as work:
            self._must_be_allowed()
            return work.find(FileReading, {"household_id": household_id}, order=("read_at", "id"))

    def _read(self, household_id: str, reason: str) -> list[FileEntry]:
        reason = check_text("reason", reason)
        with self.context.begin() as work:
            self._must_be_allowed()
            household = work.get(Household, household_id)
            entries = work.find(FileEntry, {"household_id": household_id}, order=("written_at", "id"))
            if not entries:
                raise NoFile(household=household.label)
            self._note(work, [household_id], reason)
        return entries

    def _note(self, work: Work, household_ids: Collection[str], reason: str) -> None:
        reader, now = self.context.actor.id, self.context.now()
        # Its id says whose file it was: the journal of changes tells that, and nothing else of it.
        readings = [
            FileReading(f"{id}/{self.context.id(None)}", id, reader, now, reason) for id in household_ids
        ]
        self.context.keep_all(work, readings)

    def _must_be_allowed(self) -> None:
        actor = self.context.actor
        try:
            permissions = Rules(self.context).calendar().on(self.context.today()).terms.permissions
        except NoRulesInForce:
            permissions = Permissions()
        if not permissions.permits(Right.SEE_HOUSEHOLD_FILES, actor.roles):
            if roles := permissions.holders(Right.SEE_HOUSEHOLD_FILES):
                raise FileNotForYou(actor=actor.id, roles=tuple(sorted(roles)))
            raise FileForNobody(actor=actor.id, roles=(), line=naming(Right.SEE_HOUSEHOLD_FILES))


def _references(outside: Mapping[str, str]) -> dict[str, str]:
    return {
        check_identifier("system", system): check_text("outside", reference)
        for system, reference in outside.items()
    }
