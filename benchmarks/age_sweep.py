"""How many accounts a second the sweep reads on one core, beside two peers, from ten thousand to ten million.

The accounts are made by DuckDB from sentences of everyday life: three to five posts and a bio, a sentence in twelve
with a number in it, an account in twenty that tells an age, its owner's or another's. Each size runs in a process of
its own on one core, from Parquet to JSON lines; the seconds are the process's, the memory its greatest. Beside it: the
same reader without the engine's screen (every text read closely), and the stated-age expressions that studies have
published, restated, which find a number after « I am » or before "years old" and look no further.

    python benchmarks/age_sweep.py [ACCOUNTS…]        (10000000 is the largest that was tried)
"""

import json
import os
import random
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

SIZES = (10_000, 100_000, 1_000_000)
LARGEST_OF_PEERS = 10_000
POOL = 60_000
AS_OF = "2026-11-23"

_WHO = {
    "fr": [
        "je",
        "on",
        "ma pote",
        "mon chat",
        "le prof",
        "la vie",
        "ce film",
        "cette chanson",
        "mon équipe",
        "le train",
        "ma ville",
        "tout le monde",
    ],
    "en": [
        "i",
        "we",
        "my cat",
        "this song",
        "the game",
        "my team",
        "the bus",
        "everyone",
        "that movie",
        "my room",
        "the weather",
        "this app",
    ],
}
_DOES = {
    "fr": [
        "adore",
        "déteste",
        "refait encore",
        "regarde",
        "écoute",
        "attend",
        "a oublié",
        "cherche",
        "partage",
        "recommence",
        "mérite",
        "a fini",
    ],
    "en": [
        "loves",
        "can't stop watching",
        "hates",
        "forgot",
        "is waiting for",
        "needs",
        "found",
        "keeps playing",
        "misses",
        "deserves",
        "made",
        "wants",
    ],
}
_WHAT = {
    "fr": [
        "les crêpes",
        "le foot",
        "une nouvelle vidéo",
        "la plage",
        "le concert",
        "ses devoirs",
        "un café",
        "la série",
        "le marché",
        "une photo",
        "le week-end",
        "la danse",
        "le montage",
        "un bon livre",
        "le direct de ce soir",
        "mes abonnés",
        "la pluie",
        "un tuto maquillage",
        "le dernier épisode",
        "la playlist",
    ],
    "en": [
        "pancakes",
        "football",
        "a new video",
        "the beach",
        "the concert",
        "homework",
        "coffee",
        "that show",
        "the market",
        "a picture",
        "the weekend",
        "dancing",
        "editing",
        "a good book",
        "tonight's stream",
        "my followers",
        "the rain",
        "a makeup tutorial",
        "the last episode",
        "the playlist",
    ],
}
_WHEN = {
    "fr": [
        "ce soir",
        "depuis ce matin",
        "comme toujours",
        "encore une fois",
        "avec vous",
        "trop bien",
        "c'est fou",
        "à Lyon",
        "sans raison",
        "quelle journée",
        "mdr",
        "❤️",
    ],
    "en": [
        "tonight",
        "since this morning",
        "as always",
        "once again",
        "with you all",
        "so good",
        "this is wild",
        "in town",
        "for no reason",
        "what a day",
        "lol",
        "❤️",
    ],
}
_NUMBERS = {
    "fr": [
        "à 18h",
        "3 fois",
        "20 euros",
        "10/10",
        "en 2024",
        "le 12 juin",
        "100 vues",
        "2 minutes",
        "saison 4",
        "50 abonnés",
        "1er",
        "90 %",
    ],
    "en": [
        "at 8pm",
        "3 times",
        "$20",
        "10/10",
        "in 2024",
        "june 12",
        "100 views",
        "2 minutes",
        "season 4",
        "50 followers",
        "1st",
        "90%",
    ],
}
_BIOS = {
    "fr": [
        "",
        "Lyon 📍",
        "photo & voyages",
        "✨ vis ta vie ✨",
        "foot, ciné, potes",
        "Compte privé",
        "maman comblée",
        "24 ans, Lille",
        "contact en mp",
        "🎶 musique 🎶",
        "pas de reprise",
    ],
    "en": [
        "",
        "London 📍",
        "travel & food",
        "✨ live laugh love ✨",
        "gamer",
        "dms open",
        "coffee first",
        "25 ",
        " nyc",
        "business: link below",
        "🎶 music 🎶",
        "no reposts",
    ],
}


def pool(seed: int = 0) -> tuple[list[str], list[str]]:
    """Posts and bios to draw from."""
    from rempart.radar.age.simulator import accounts

    dice = random.Random(seed)
    posts, bios = [], []
    for _ in range(POOL):
        language = dice.choice(["fr", "en"])
        words = []
        for _ in range(dice.choice([1, 1, 2, 3])):
            words += [dice.choice(part[language]) for part in (_WHO, _DOES, _WHAT, _WHEN)]
        if dice.random() < 1 / 12:
            words.insert(dice.randrange(len(words)), dice.choice(_NUMBERS[language]))
        if dice.random() < 0.3:
            words.append("#" + dice.choice(_WHAT[language]).replace(" ", ""))
        posts.append(" ".join(words))
        bios.append(dice.choice(_BIOS[language]))
    telling = list(accounts(POOL, seed=seed, half="development"))
    share = POOL // 100  # of posts and of bios alike
    posts[:share] = [
        post for one in telling for post in one.row.posts or () if any(letter.isdigit() for letter in post)
    ][:share]
    bios[: 2 * share] = [one.row.bio for one in telling if one.row.bio][: 2 * share]
    return posts, bios


def make(file: Path, accounts: int) -> None:
    """Write a table of accounts."""
    import duckdb
    import pyarrow

    posts, bios = pool()
    with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": f"{file}.spilled"}) as session:
        session.execute("SET enable_progress_bar = false")
        session.register("texts", pyarrow.table({"n": range(POOL), "post": posts, "bio": bios}))
        session.execute(
            "CREATE TABLE pool AS SELECT list(post ORDER BY n) AS posts, list(bio ORDER BY n) AS bios FROM texts"
        )
        draw = f"posts[1 + (hash(i * 7 + k) % {POOL})::BIGINT]"
        session.execute(
            f"""COPY (SELECT format('1{{:09d}}', i) AS id, 'tiktok' AS service, format('a{{}}', i) AS handle,
                             bios[1 + (hash(i + 3) % {POOL})::BIGINT] AS bio,
                             [{", ".join(f"({draw.replace('k', str(k))})" for k in range(3))}]
                               || CASE WHEN hash(i) % 3 > 0 THEN [{draw.replace("k", "3")}] ELSE [] END
                               || CASE WHEN hash(i) % 3 > 1 THEN [{draw.replace("k", "4")}] ELSE [] END AS posts,
                             CASE hash(i + 1) % 4 WHEN 0 THEN '13_15' WHEN 1 THEN '16_17' WHEN 2 THEN '18_plus' END
                               AS age_band,
                             CASE WHEN hash(i + 2) % 2 = 0 THEN 'fr' ELSE 'en' END AS language
                      FROM range({accounts}) t(i), pool)
                TO '{file}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 50000)"""  # noqa: S608
        )


def run(file: Path, peer: str) -> None:
    """Read a table, and print the seconds of one core and the greatest memory in MB."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from datetime import date

    import pyarrow.parquet as pq

    from rempart.radar.age.reader import AgeReader
    from rempart.radar.age.sweep import Summary, run
    from rempart.records import AccountRow
    from rempart.records.lines import Rejects, Writer
    from rempart.records.tables import read_table

    day, summary, flagged = date.fromisoformat(AS_OF), Summary(), 0
    begun, cpu = time.perf_counter(), time.process_time()
    with Path(os.devnull).open("wb") as out:
        writer = Writer(out)
        if peer == "sweep":
            for estimate in run(str(file), rejects=Rejects(sys.stderr.buffer), as_of=day, summary=summary):
                flagged += estimate.probability_under_13 >= 0.5
                writer.write(estimate)
        elif peer == "reader":
            reader = AgeReader(day)
            for row in read_table(str(file), AccountRow, Rejects(sys.stderr.buffer)):
                estimate = reader.read(row)
                flagged += estimate.probability_under_13 >= 0.5
                writer.write(estimate)
        else:
            for batch in pq.ParquetFile(file).iter_batches(50_000, columns=["bio", "posts"]):
                for row in batch.to_pylist():
                    flagged += any(says_a_child_s_age(text) for text in [row["bio"] or "", *row["posts"]])
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - begun,
                "cpu": time.process_time() - cpu,
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "flagged": flagged,
                "read": summary.read,
            }
        )
    )


# What studies of self-disclosed ages match, restated: « I am N », « N years old », « Nyo », « turned N », « Nth
# birthday », and the same in French; whatever surrounds them.
_PUBLISHED = re.compile(
    r"\b(?:i\s?a?'?m|i turned|turning|my age is|j'?ai|je suis [aâ]g[ée]e? de|j'?aurai) (?:only |just |now "
    r"|que )?(\d{1,2})\b"
    r"|\b(\d{1,2})[ -]?(?:years?[ -]old|y/?o\b|yrs?[ -]old|ans\b)|\bmy (\d{1,2})th birthday",
    re.IGNORECASE,
)


def says_a_child_s_age(text: str) -> bool:
    """Whether the published expressions find an age under 13 (and over 4) in a text."""
    return any(4 < int(next(group for group in found.groups() if group)) < 13 for found in _PUBLISHED.finditer(text))


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] == ["--run"]:
        run(Path(sys.argv[2]), sys.argv[3])
        return
    sizes = [int(word) for word in sys.argv[1:]] or SIZES
    print("The sweep of stated ages, one core")
    print(
        f"{'accounts':>10}  {'who':10} {'seconds':>8} {'accounts/s':>11} {'memory MB':>10} {'read':>8} {'flagged':>8}"
    )
    for accounts in sizes:
        with TemporaryDirectory(prefix="rempart-bench-") as folder:
            file = Path(folder) / "accounts.parquet"
            made = subprocess.run([sys.executable, "-c", _MAKING, __file__, str(file), str(accounts)], check=False)
            assert made.returncode == 0
            for peer in ("sweep", "reader", "published") if accounts <= LARGEST_OF_PEERS else ("sweep",):
                command = [sys.executable, __file__, "--run", str(file), peer]
                found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
                print(
                    f"{accounts:10,}  {peer:10} {found['cpu']:8.2f} {accounts / found['cpu']:11,.0f} "
                    f"{found['memory']:10,.0f}"
                    f" {found['read'] / accounts:8.1%} {found['flagged']:8,}"
                )


_MAKING = """
import runpy, sys
from pathlib import Path
runpy.run_path(sys.argv[1])["make"](Path(sys.argv[2]), int(sys.argv[3]))
"""

if __name__ == "__main__":
    main()
