"""Groups that act together: how many of whom are found, how many by chance, and how fast.

    python benchmarks/pile_ons.py [--data FOLDER] [--seeds N] [--large]

Worlds are invented (see rempart.radar.pile_ons.simulator). The peer in the same run is what CooRTweet does (Righetti
and Balluff 2023), said anew and naively: actors who acted on the same object within 60 seconds, on k objects at least,
and the connected components of these pairs; it has no null. Its k is tried from 2 to 6.
FOLDER holds `hashtags/german_elections_urls.parquet` and `…_hashtags.parquet` (which account shared which URL or used
which hashtag when, MIT, nicolarighetti/CooRTweet), by default `../shared/data` beside the checkout or
$REMPART_SHARED_DATA: how many groups are found there, and how many when every account's clock is shifted.
"""

import argparse
import os
import random
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from rempart.radar.pile_ons import Found, Parameters, find
from rempart.radar.pile_ons.co_action import find_links, outside_crowds, rows_of
from rempart.radar.pile_ons.simulator import World, simulate
from rempart.radar.pile_ons.surprise import episodes
from rempart.radar.pile_ons.table import columns_of
from rempart.records import Action
from rempart.text.near_duplicates import find_copies

WITHIN = 60.0
TABLES = {"urls": "url_id", "hashtags": "hashtag_id"}


def plain_groups(actions: Iterable[Action], at_least: Iterable[int]) -> dict[int, list[set[str]]]:
    """The peer: for each least weight, connected components of pairs."""
    by_object: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for action in actions:
        by_object[action.object].append((action.at.timestamp(), action.actor))
    shared: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, acts in by_object.items():
        acts.sort()
        for place, (at, actor) in enumerate(acts):
            for later, other in acts[place + 1 :]:
                if later - at > WITHIN:
                    break
                if other != actor:
                    shared[min(actor, other), max(actor, other)].add(name)
    return {least: components(pair for pair, names in shared.items() if len(names) >= least) for least in at_least}


def components(pairs: Iterable[tuple[str, str]]) -> list[set[str]]:
    """Connected components."""
    linked: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        linked[one].add(other)
        linked[other].add(one)
    found, seen = [], set()
    for start in linked:
        if start in seen:
            continue
        seen.add(start)
        component = [start]
        for actor in component:
            component += linked[actor] - seen
            seen |= linked[actor]
        found.append(set(component))
    return found


class Score:
    """Members found, over several worlds; a pair is right when both are in one group and in one brigade."""

    def __init__(self) -> None:
        self.right = self.found = self.true = 0
        self.right_pairs = self.found_pairs = self.true_pairs = 0

    def add(self, groups: Iterable[Iterable[str]], world: World) -> None:
        """Count the groups found in one world."""
        sets = [set(group) for group in groups]
        members, truth = set().union(*sets), set().union(*world.brigades)
        self.right += len(members & truth)
        self.found += len(members)
        self.true += len(truth)
        self.found_pairs += sum(len(group) * (len(group) - 1) // 2 for group in sets)
        self.true_pairs += sum(len(brigade) * (len(brigade) - 1) // 2 for brigade in world.brigades)
        both = [len(group & brigade) for group in sets for brigade in world.brigades]
        self.right_pairs += sum(number * (number - 1) // 2 for number in both)

    def __str__(self) -> str:
        def share(of: int, all_: int) -> str:
            return f"{of / all_:9.3f}" if all_ else "        –"

        return (
            f"{share(self.right, self.found)} {share(self.right, self.true)}   "
            f"{share(self.right_pairs, self.found_pairs)} {share(self.right_pairs, self.true_pairs)}"
        )


def quality(seeds: int) -> None:
    """Precision and recall beside the peer, and the alerts of targets."""
    ours, communities = Score(), Score()
    peers = {least: Score() for least in range(2, 7)}
    right = wrong = seen = piled_on = raids_seen = raids = quiet = 0
    delays = []
    for seed in range(seeds):
        world = simulate(days=10, targets=80, fans=4000, brigades=6, pile_ons=6, seed=100 + seed)
        found = find(world.actions)
        ours.add([group.members for group in found.groups], world)
        communities.add(_communities(found), world)
        for least, groups in plain_groups(world.actions, peers).items():
            peers[least].add(groups, world)
        true = set(world.raided) | {target for target, _ in world.pile_ons}
        right += sum(alert.target in true for alert in found.alerts)
        wrong += sum(alert.target not in true for alert in found.alerts)
        raids += len(world.raided)
        raids_seen += sum(any(alert.target == target for alert in found.alerts) for target in world.raided)
        for target, began in world.pile_ons:
            when = [
                alert.detected_at - began
                for alert in found.alerts
                if alert.target == target and alert.ended_at >= began
            ]
            piled_on += 1
            seen += bool(when)
            delays += [delay.total_seconds() / 60 for delay in when[:1]]
        calm = simulate(days=10, targets=80, fans=4000, brigades=0, pile_ons=0, seed=200 + seed)
        quiet += len(find(calm.actions).alerts)
    print(f"{seeds} worlds of 10 days, 80 targets, 6 brigades (tight, over five minutes, pasting), crowds at lives\n")
    print("                                    members               pairs")
    print("                        precision    recall   precision    recall")
    print(f"groups                  {ours}")
    print(f"communities (hostile)   {communities}")
    for least, score in peers.items():
        print(f"plain, weight ≥ {least}       {score}")
    delays.sort()
    print(f"\nalerts: {right} right, {wrong} wrong; {quiet} in {seeds} worlds as calm as ever")
    print(f"pile-ons of people who do not know one another: {seen} of {piled_on} seen, ", end="")
    print(f"half of them within {delays[len(delays) // 2]:.0f} minutes, the last within {delays[-1]:.0f}")
    print(f"raided targets seen: {raids_seen} of {raids}")


def spreads(seeds: int) -> None:
    """How many members are found as raids take longer."""
    print("\na raid takes        precision of members    recall")
    for seconds in (30, 60, 120, 300, 600, 1200, 3600):
        score = Score()
        for seed in range(seeds):
            given = {"days": 10, "targets": 80, "fans": 4000, "brigades": 6, "pile_ons": 0, "seed": 300 + seed}
            world = simulate(**given, spread=float(seconds))
            score.add(_communities(find(world.actions)), world)
        print(f"{seconds:9,d} s           {str(score)[:9]}           {str(score)[9:19]}")


def _communities(found: Found) -> list[list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for membership in found.memberships:
        for community in membership.communities:
            groups[community].append(membership.actor)
    return list(groups.values())


def real(folder: Path, shifts: int) -> None:
    """Groups among real accounts, and among the same with shifted clocks."""
    import duckdb

    print("\ntable        rows   groups   members   largest   with shifted clocks   plain ≥ 2  shifted  ≥ 3  shifted")
    for name, column in TABLES.items():
        path = folder / "hashtags" / f"german_elections_{name}.parquet"
        query = f"select account_id, {column}, timestamp from read_parquet(?) where timestamp is not null"  # noqa: S608
        rows = duckdb.execute(query, [str(path)]).fetchall()
        groups = find(_shared(rows, {})).groups
        plain = _plain_sizes(rows, {})
        by_chance, plain_by_chance = [], []
        for seed in range(shifts):
            chance = random.Random(seed)
            accounts = sorted({account for account, _, _ in rows})
            shift = {account: chance.choice((-1, 1)) * chance.uniform(900, 7200) for account in accounts}
            by_chance.append(len(find(_shared(rows, shift)).groups))
            plain_by_chance.append(_plain_sizes(rows, shift))
        print(
            f"{name:9s} {len(rows):7,d} {len(groups):8d} {sum(len(group.members) for group in groups):9d} "
            f"{max((len(group.members) for group in groups), default=0):9d}   {by_chance!s:>19s}   "
            f"{plain[2]:9d} {sum(each[2] for each in plain_by_chance) / shifts:8.1f} "
            f"{plain[3]:4d} {sum(each[3] for each in plain_by_chance) / shifts:8.1f}"
        )


def _shared(rows: list[tuple[str, int, float]], shift: dict[str, float]) -> list[Action]:
    return [
        Action(
            id=str(number), actor=account, object=str(shared), kind="share",
            at=datetime.fromtimestamp(at + shift.get(account, 0.0), UTC),
        )
        for number, (account, shared, at) in enumerate(rows)
    ]  # fmt: skip


def _plain_sizes(rows: list[tuple[str, int, float]], shift: dict[str, float]) -> dict[int, int]:
    """How many components of three and more the peer finds, by its least weight."""
    found = plain_groups(_shared(rows, shift), (2, 3))
    return {least: sum(len(group) > 2 for group in groups) for least, groups in found.items()}


def speed(*, large: bool) -> None:
    """Events a second of everything, and of its parts, as it grows: by the processor's time, one core doing it all."""
    print("\n   events    by the clock   by the processor   columns   MinHash   links + nulls   surprise       plain")
    sizes = [(3, 60, 2_000), (7, 150, 8_000), (14, 250, 20_000), *([(20, 400, 60_000)] if large else [])]
    for days, targets, fans in sizes:
        world = simulate(days=days, targets=targets, fans=fans, brigades=20, pile_ons=10, seed=7)
        actions = world.actions
        number = len(actions)
        clock = time.perf_counter()
        whole = _seconds(lambda actions=actions: find(actions))  # type: ignore[misc]
        clock = time.perf_counter() - clock
        parameters = Parameters()
        columns = columns_of(actions, alike=parameters.alike)
        parts = [
            _seconds(lambda actions=actions: columns_of(actions, alike=0.6)),  # type: ignore[misc]
            _seconds(lambda actions=actions: find_copies([action.text for action in actions])),  # type: ignore[misc]
            _seconds(lambda columns=columns: _links(columns)),  # type: ignore[misc]
            _seconds(lambda columns=columns: episodes(columns, Parameters())),  # type: ignore[misc]
        ]
        plain = _seconds(lambda actions=actions: plain_groups(actions, (2,))) if number < 400_000 else None  # type: ignore[misc]
        columned, hashed, linked, surprised = (number / part for part in parts)
        beside = f"{number / plain:10,.0f}" if plain else "         –"
        print(
            f"{number:9,d} {number / clock:15,.0f} {number / whole:18,.0f} {columned:9,.0f} {hashed:9,.0f} "
            f"{linked:15,.0f} {surprised:10,.0f}  {beside}"
        )


def _links(columns: object) -> None:
    parameters = Parameters()
    rows = rows_of(columns, parameters)  # type: ignore[arg-type]
    counted = outside_crowds(rows, columns.hostile[rows.row], parameters)  # type: ignore[attr-defined]
    find_links(counted, len(columns.actors), parameters)  # type: ignore[attr-defined]


def _seconds(run) -> float:  # type: ignore[no-untyped-def]
    start = time.process_time()
    run()
    return time.process_time() - start


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = os.environ.get("REMPART_SHARED_DATA", str(Path(__file__).parents[2] / "shared" / "data"))
    parser.add_argument("--data", default=shared, metavar="FOLDER", help="folder that holds hashtags/")
    parser.add_argument("--seeds", type=int, default=6, metavar="N", help="worlds")
    parser.add_argument("--large", action="store_true", help="two million events as well")
    given = parser.parse_args()
    quality(given.seeds)
    spreads(max(1, given.seeds // 2))
    if (Path(given.data) / "hashtags").is_dir():
        real(Path(given.data), 5)
    else:
        print(f"\nno real accounts: {given.data} holds no hashtags/")
    speed(large=given.large)


if __name__ == "__main__":
    main()
