"""A post becomes a statement: one sentence, one thing read."""

import pytest

from rempart.reading import PostReader


def names(references):
    return [str(reference) for reference in references]


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("@leo.vrtx m'a demandé des nudes sur snap", "testimony"),
        ("c @leo.vrtx jav 14 ans il ma demander d nude", "testimony"),
        ("ma fille de 13 ans a reçu des messages sexuels de @leo.vrtx", "relay"),
        ("[Témoignage anonyme reçu en DM] « @leo.vrtx m'a demandé des nudes »", "relay"),
        ("Je vous crois, courage à toutes", "support"),
        ("Si on te demande des nudes, bloque et appelle le 3018", "support"),
        ("Laissez @leo.vrtx tranquille, il n'a rien fait", "dispute"),
        ("J'ai menti sur @leo.vrtx, je retire mon tweet", "dispute"),
        ("Le parquet ouvre une enquête sur des stars de TikTok accusées de sollicitation", "news"),
        ("c'est quoi ce hashtag ? quelqu'un peut m'expliquer ?", "other"),
        ("@leo.vrtx asked me for nudes when i was 14", "testimony"),
        ("i believe you, it's not your fault", "support"),
        ("leave him alone, he did nothing wrong", "dispute"),
    ],
)
def test_the_stance_is_told(read, text, stance):
    assert read(text).stance == stance


@pytest.mark.parametrize(
    ("text", "accused"),
    [
        ("@leo.vrtx m'a demandé des nudes", ["tiktok:leo.vrtx"]),
        ("leo.vrtx m'a demandé des nudes", ["tiktok:leo.vrtx"]),
        ("https://www.tiktok.com/@leo.vrtx?lang=fr lui il m'a demandé des nudes", ["tiktok:leo.vrtx"]),
        ("insta : leo.vrtx il m'a demandé des nudes, j'avais 14 ans", ["instagram:leo.vrtx"]),
        ("son snap c'est leovrtx il m'a demandé des nudes, j'avais 14 ans", ["snapchat:leovrtx"]),
        ("@leo.vrtx (TikTok et Insta) m'a demandé des nudes", ["tiktok:leo.vrtx", "instagram:leo.vrtx"]),
        ("@leo.vrtx et @kyl.off m'ont demandé des nudes", ["tiktok:leo.vrtx", "tiktok:kyl.off"]),
        ("Merci @e_enfance. @leo.vrtx m'a demandé des nudes", ["tiktok:leo.vrtx"]),
        ("ma pote @chloe.dz peut confirmer, @leo.vrtx m'a demandé des nudes", ["tiktok:leo.vrtx"]),
        ("@tiktok_fr vous attendez quoi ? @leo.vrtx m'a demandé des nudes", ["tiktok:leo.vrtx"]),
        ("@leo.vrtx a demandé des nudes à @lina.blt, elle m'a tout raconté", ["tiktok:leo.vrtx"]),
        ("un tiktokeur m'a demandé des nudes, j'avais 14 ans", []),
        ("@kev_tv m'a demandé des nudes", ["tiktok:kev_tv"]),
        ("il m'a demandé des nudes, j'avais 14 ans, @asso_lumiere_fr", []),
        ("des nudes, voilà ce que @leo.vrtx m'a demandé sur snap", ["tiktok:leo.vrtx"]),
    ],
)
def test_only_the_one_accused_is_named_as_accused(read, text, accused):
    assert names(read(text).accused) == accused


def test_a_list_of_names_accuses_nobody_but_concerns_them(read):
    names = [f"star.{number}a" for number in range(40)]
    statement = read(" ".join(f"@{name} m'a demandé des nudes," for name in names))
    assert statement.accused == []
    assert len(statement.concerns) == 40


def test_an_association_alone_in_a_testimony_is_not_accused(read):
    assert read("j'avais 14 ans il m'a demandé des nudes, @e_enfance m'a beaucoup aidée").accused == []


def test_the_mention_that_opens_a_reply_is_not_accused_by_itself(read):
    statement = read("@mina.rose moi aussi il m'a demandé des nudes, j'avais 14 ans", in_reply_to="9")
    assert statement.accused == []


def test_a_mention_lives_on_the_posts_own_service_when_none_is_given(read):
    assert names(read("@leo.vrtx m'a demandé des nudes", default_service=None).accused) == ["twitter:leo.vrtx"]


def test_a_full_name_on_matrix_is_an_account_of_matrix(read):
    text = "@leo.vrtx:matrix.example m'a demandé des nudes"
    said = read(text, default_service=None, service="matrix", author="@mina.rose:matrix.example")
    assert names(said.accused) == ["matrix:@leo.vrtx:matrix.example"]


def test_where_it_happened_is_not_where_the_account_is(read):
    statement = read("ma sœur de 13 ans a reçu des demandes de nudes de @leo.vrtx sur Snapchat")
    assert (names(statement.accused), statement.conduct_services) == (["tiktok:leo.vrtx"], ["snapchat"])


def test_a_defenders_post_concerns_the_one_defended(read):
    statement = read("Laissez @leo.vrtx tranquille, il n'a rien fait")
    assert (statement.accused, names(statement.concerns)) == ([], ["tiktok:leo.vrtx"])


@pytest.mark.parametrize(
    ("text", "conduct"),
    [
        ("@leo.vrtx m'a demandé des nudes", ["nude_request"]),
        ("@leo.vrtx m'envoyait des messages sexuels", ["sexual_messages"]),
        ("@leo.vrtx m'a envoyé une photo de son sexe", ["unsolicited_nudes"]),
        ("@leo.vrtx me disait que c'était notre secret, j'avais 13 ans", ["grooming"]),
        ("@leo.vrtx m'a fait chanter, j'avais 15 ans", ["sextortion"]),
        ("@leo.vrtx a publié mes nudes", ["image_abuse"]),
        ("@leo.vrtx m'a violée", ["sexual_assault"]),
        ("@leo.vrtx me harcèle depuis un an", ["harassment"]),
        ("@leo.vrtx m'a demandé de l'argent, j'avais 12 ans", ["financial_exploitation"]),
        ("@leo.vrtx ne m'a jamais demandé de nudes mais il m'a envoyé des messages sexuels", ["sexual_messages"]),
        ("il arrêtait pas de me demander des nudes. @leo.vrtx", ["nude_request"]),
        ("@leo.vrtx m'a demandé des nud3s", ["nude_request"]),
    ],
)
def test_the_conduct_is_read(read, text, conduct):
    assert read(text).conduct == conduct


@pytest.mark.parametrize(
    ("text", "age", "minor"),
    [
        ("@leo.vrtx m'a demandé des nudes, j'avais 14 ans", 14, True),
        ("j'ai 17 ans maintenant, @leo.vrtx m'a demandé des nudes il y a 3 ans", 14, True),
        ("J'ai 19 ans aujourd'hui mais j'en avais 13 quand @leo.vrtx m'a demandé des nudes", 13, True),
        ("il avait 22 ans et moi 15, @leo.vrtx m'a demandé des nudes", 15, True),
        ("@leo.vrtx (24 ans) m'a demandé des nudes", None, None),
        ("après 14 ans de danse, @leo.vrtx m'a demandé des nudes", None, None),
        ("pendant 3 ans @leo.vrtx m'a demandé des nudes", None, None),
        ("j'étais en 4e quand @leo.vrtx m'a demandé des nudes", None, True),
        ("j'étais au collège, @leo.vrtx m'a demandé des nudes", None, True),
        ("j'étais mineure et @leo.vrtx m'a demandé des nudes", None, True),
        ("j'étais majeure, @leo.vrtx m'a demandé des nudes", None, False),
        ("j'avais quatorze ans, @leo.vrtx m'a demandé des nudes", 14, True),
        ("ma fille de 13 ans a reçu des demandes de nudes de @leo.vrtx", 13, True),
        ("@leo.vrtx asked me for nudes when i was 14", 14, True),
        ("i was in 8th grade when @leo.vrtx asked me for nudes", None, True),
    ],
)
def test_the_age_is_that_of_the_person_harmed_at_the_time(read, text, age, minor):
    statement = read(text)
    assert (statement.complainant_age, statement.complainant_minor) == (age, minor)


@pytest.mark.parametrize(
    ("text", "conduct_services", "met_on"),
    [
        ("rencontré sur TikTok, @leo.vrtx m'a demandé des nudes sur Snapchat", ["snapchat"], ["tiktok"]),
        ("@leo.vrtx m'a demandé des nudes sur snap", ["snapchat"], []),
        ("star de TikTok, @leo.vrtx m'a demandé des nudes sur insta", ["instagram"], []),
        ("met him on tiktok, @leo.vrtx asked me for nudes on snap", ["snapchat"], ["tiktok"]),
        ("@leo.vrtx m'a demandé des nudes", [], []),
    ],
)
def test_where_contact_began_and_where_it_happened_are_told_apart(read, text, conduct_services, met_on):
    statement = read(text)
    assert (statement.conduct_services, statement.met_on) == (conduct_services, met_on)


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("@leo.vrtx m'a demandé des nudes, j'ai les screens", ["screenshot"]),
        ("@leo.vrtx m'a demandé des nudes, j'ai gardé les vocaux", ["audio"]),
        ("@leo.vrtx m'a demandé des nudes, j'ai porté plainte", ["complaint_filed"]),
        ("@leo.vrtx m'a demandé des nudes, j'ai pas de screens", []),
        ("gardez les screens et portez plainte, je vous crois", []),
    ],
)
def test_the_evidence_mentioned_is_read(read, text, evidence):
    assert read(text).evidence == evidence


def test_a_repost_is_never_a_testimony_of_its_own_author(read):
    assert read("@leo.vrtx m'a demandé des nudes, j'avais 14 ans", repost_of="9").stance == "relay"


def test_a_manual_repost_is_not_a_testimony_either(read):
    assert read("RT @mina.rose: @leo.vrtx m'a demandé des nudes, j'avais 14 ans").stance == "relay"


@pytest.mark.parametrize("field", ["accused", "conduct", "conduct_services", "met_on", "complainant_age", "evidence"])
def test_every_field_says_where_it_was_read(read, field):
    text = "Rencontré sur TikTok, j'avais 14 ans, @leo.vrtx m'a demandé des nudes sur Snap, j'ai les screens"
    statement = read(text)
    shown = [text[start:end] for start, end in statement.spans[field]]
    wanted = {
        "accused": "@leo.vrtx",
        "conduct": "demandé des nudes",
        "conduct_services": "Snap",
        "met_on": "TikTok",
        "complainant_age": "14 ans",
        "evidence": "screens",
    }
    assert shown == [wanted[field]]


def test_the_language_is_told_when_the_service_did_not(read):
    assert (read("il m'a demandé des nudes").lang, read("he asked me for nudes").lang) == ("fr", "en")


def test_the_posts_own_fields_come_through(read):
    statement = read("bonjour", extra={"likes": 3}, lang="fr-FR")
    assert (statement.id, statement.extra, statement.lang) == ("1", {"likes": 3}, "fr-FR")


def test_the_same_post_is_read_the_same_way_twice(read):
    text = "@leo.vrtx m'a demandé des nudes, j'avais 14 ans"
    assert read(text) == read(text)


def test_a_hashtag_keeps_its_posts_whatever_the_case_and_accents(post):
    reader = PostReader(hashtag="#BalanceTonTiktokeur")
    assert [reader.keeps(post("oui #balancetontiktôkeur.")), reader.keeps(post("non #autrechose", id="2"))] == [
        True,
        False,
    ]


def test_a_hashtag_keeps_the_replies_below_its_posts(post):
    reader = PostReader(hashtag="balance")
    kept = [
        reader.keeps(post("#balance voilà", id="1")),
        reader.keeps(post("courage", id="2", in_reply_to="1")),
        reader.keeps(post("merci", id="3", in_reply_to="2")),
        reader.keeps(post("ailleurs", id="4", in_reply_to="99")),
    ]
    assert kept == [True, True, True, False]


@pytest.mark.parametrize(
    ("text", "accused"),
    [
        ("j'ai reçu des nudes de @leo.vrtx, j'en ai parlé à @mina.rose", ["leo.vrtx"]),
        ("j'ai tout raconté à @mina.rose : @leo.vrtx m'a demandé des nudes", ["leo.vrtx"]),
        ("got dick pics from @leo.vrtx, told @mina.rose first", ["leo.vrtx"]),
        ("mon avocate @cab.rose a le dossier, @leo.vrtx m'a fait chanter", ["leo.vrtx"]),
    ],
)
def test_who_was_only_told_is_not_accused(read, text, accused):
    assert [account.handle for account in read(text).accused] == accused


def test_accounts_labelled_with_their_services_are_accused_each_on_its_own(read):
    statement = read("insta : leo.vrtx / snap : leo.snp c'est lui qui m'a fait chanter")
    assert [str(account) for account in statement.accused] == ["instagram:leo.vrtx", "snapchat:leo.snp"]


def test_what_a_friend_tells_is_hers_and_publishing_is_no_threat(read):
    statement = read("une amie m'a dit que son ex @leo.vrtx avait publié ses photos intimes sur telegram")
    assert (statement.stance, statement.conduct) == ("relay", ["image_abuse"])


def test_where_people_met_is_not_by_itself_where_it_happened(read):
    statement = read("@leo.vrtx m'a violée chez lui, on s'était rencontrés sur twitch")
    assert (statement.met_on, statement.conduct_services) == (["twitch"], [])


def test_what_was_not_asked_of_the_author_but_of_a_child_is_a_relay(read):
    statement = read("il m'a jamais demandé de nudes à moi mais à ma cousine de 13 ans oui. @leo.vrtx")
    assert (statement.stance, statement.conduct, statement.complainant_age) == ("relay", ["nude_request"], 13)


def test_the_age_of_a_teacher_who_reports_is_not_the_pupils(read):
    statement = read("J'ai 40 ans, un de mes élèves a reçu des messages sexuels de @leo.vrtx")
    assert (statement.complainant_age, statement.complainant_minor) == (None, True)


@pytest.mark.parametrize("school", ["secondaire 2", "3e secondaire", "10e harmos", "rhéto", "9e année"])
def test_school_years_of_french_speaking_countries_say_that_somebody_was_a_minor(read, school):
    assert read(f"j'étais en {school} quand @leo.vrtx m'a demandé des nudes").complainant_minor is True


@pytest.mark.parametrize(
    "text",
    [
        "ptdr @leo.vrtx m'a demandé un nude de mon chat mdr",
        "@leo.vrtx et @mina.rose sont en couple ? trop mignons",
        "si jamais @leo.vrtx avait fait ça ce serait grave, attendons la justice",
    ],
)
def test_jokes_gossip_and_suppositions_accuse_nobody(read, text):
    assert read(text).accused == []
