"""Words of somebody who is being harmed, and words that only sound like it (all invented)."""

from datetime import date

import pytest

from rempart.radar.age.safeguarding import suggests_harm
from rempart.radar.age.screening import keeps
from rempart.radar.age.text import Text

DAY = date(2026, 11, 23)
HELP = """
mon père me tape dessus quand je joue à un jeu
my dad hits me when i lose my game
mon coach de boxe m'a touchée là où je voulais pas
my stepdad comes in my room at night and touches me
mon beau-père vient dans mon lit la nuit
papa frappe maman et j'ai peur
mon père frappe ma mère tous les soirs
my dad hits my mom every night and i hide
my mum's boyfriend hits me with a belt
il me donne des robux si je lui envoie des photos de moi
he gives me robux if i send him pics
he pays me for pictures of me
un monsieur de 40 ans m'écrit et veut me voir seule
a 35 year old man keeps messaging me and wants to meet
my online boyfriend is 34 and says not to tell my parents
mon copain a 30 ans et il veut pas que je le dise
je suis enfermée dans ma chambre sans manger
mes parents me donnent pas à manger
my parents dont feed me
they lock me in the basement
ils veulent me marier de force
they want to force me to get married to a man i dont know
on m'oblige à vendre de la drogue
they make me sell drugs
il m'a touché les fesses et j'ose pas le dire
he touched me down there
he made me touch him
il m'a obligée à le toucher
mon oncle m'embrasse de force
my uncle makes me do things i dont want
mon oncle me fait faire des choses que je veux pas
quelqu'un a diffusé mes nudes
someone leaked my nudes and everyone at school saw
he has pictures of me and says he will send them to my school
il a des photos de moi et il dit qu'il va tout envoyer à mon collège
je veux pas rentrer chez moi il va me frapper
i dont want to go home he is going to hit me
ma belle-mère me brûle avec sa cigarette
mes parents me frappent
my parents hit me
mes parents me tapent avec la ceinture
j'ai été violée
i was raped
i was molested by my cousin
j'ai été abusée par mon oncle
j'ai subi des attouchements
je me fais frapper à la maison
je me fais taper par mon père
i get hit at home every day
i get beaten by my dad
please help me my dad is drunk and hurting me
aidez moi mon père est bourré et il casse tout
il m'a dit de garder ça secret entre nous
he told me to keep it a secret between us
il me filme sous la douche
he films me in the shower
he watches me when i shower
il me regarde quand je me change
mon prof m'envoie des messages bizarres et veut des photos
my coach texts me at night asking for pics
il veut que je me déshabille devant la caméra
he wants me to undress on camera
told me to take my clothes off on video
il m'a demandé d'enlever mon tee-shirt en visio
my dad threatens to kill me
mon père dit qu'il va me tuer
i ran away because my dad hits me
on me harcèle et on me frappe tous les jours au collège
they beat me up every day after school
un homme m'a suivie et m'a proposé de monter dans sa voiture
a man told me to get in his car
""".strip().splitlines()
FINE = """
my dad beats me at chess
my dad always beats me at fifa lol
mon frère me bat toujours à fifa
mon père m'a battu au ping pong
dans ce film son père le frappe
j'ai peur de rentrer dans l'eau
my coach makes me laugh
mon coach me fait rire
ma mère me tape sur les nerfs
my mom is killing me lol
mon père va me tuer si j'ai une mauvaise note mdr
cette chanson me touche
ça me touche tellement
this song hits me hard
that movie really touched me
the sun hits me
merci maman de me faire confiance
news: a man was arrested for abuse of children
un homme arrêté pour avoir frappé sa femme
le film parle d'une fille que son père frappe
chapter 3: my dad hits me and i run away
chapitre 4 : mon père me frappe
rp: mon père me frappe
j'ai des bleus partout à cause du judo
got bruises from skating lol
bruises from football training
he sent me a pic of his dog
he sent me a picture of his new bike
send me pics of your cats
on m'a volé mes photos de profil
it's our little secret recipe
our secret menu
my dad hit me with the 'ask your mother'
my mum hit me with the pillow lol
my cat hits me every morning
mon chat me tape le matin
my brother touches me with his cold feet lol
my little sister hits me with her dolls
ma petite soeur me tape avec ses poupées mdr
he beat me in mario kart
they beat us 3-0
ils nous ont battus 3-0
il m'a battu 6-2
on s'est fait battre 3-1
on s'est fait taper par l'équipe de Lyon
we got beaten by the other team
i got hit by the ball
i got beaten by my dad at mario kart
i was robbed in that game
je me fais battre à fifa par mon père
papa bat maman aux cartes
my dad beats my mom at scrabble
my dad hits my mom with dad jokes
my mom makes me do my homework
ma mère m'oblige à faire la vaisselle
they make me sell cookies for scouts
my parents dont feed me sushi enough lol
my parents lock me out of my phone
he wants me to take my shoes off
my boyfriend is 13
mon copain a 14 ans
j'ai peur de mon prof de maths mdr
he has pictures of me as a baby
my mom has pictures of me as a baby and says she will show my boyfriend
quelqu'un a diffusé mes dessins
someone leaked my song
he films me skating
il me filme quand je danse
my coach texts me the schedule
he told me to get in the car we're late
papa m'a dit de monter dans la voiture
il a dit qu'il va m'envoyer les photos du concert
j'ai été battue en finale
i was beaten in the final
lutter contre les violences : 119 numéro gratuit
si tu es victime de violences appelle le 119
a girl said her dad hits her, the police came
dans la série elle dit "mon père me frappe"
my dad slaps me on the back and says well done
my parents hit me with a surprise party
my parents hit me up for snacks
il va me tuer de rire
he makes me do his chores
a man told me to get in line
""".strip().splitlines()


def harm(text: str) -> object:
    """What is found in a post."""
    return suggests_harm(Text(text, source="posts[0]", written=DAY))


@pytest.mark.parametrize("text", HELP, ids=[f"help {number}" for number in range(len(HELP))])
def test_who_tells_of_harm_is_heard_and_the_sweep_s_screen_keeps_them(text):
    found = harm(text)
    assert found is not None
    assert text[slice(*found.span)] == found.text
    assert keeps(None, [text], DAY.year)


@pytest.mark.parametrize("text", FINE, ids=[f"fine {number}" for number in range(len(FINE))])
def test_films_news_sport_and_jokes_are_no_call_for_help(text):
    assert harm(text) is None


def test_a_game_told_of_beside_a_blow_hides_it_not():
    assert harm("my dad beats me at chess. then he beats me up because i won.") is not None
    assert harm("j'adore ce jeu\nmon père me frappe quand je perds") is not None
