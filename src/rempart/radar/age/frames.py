"""What may stand around a number that is an age, or that only looks like one: the expressions of `numbers`."""

import re

from rempart.radar.age import numerals
from rempart.radar.age.numerals import ENGLISH, FRENCH
from rempart.radar.age.text import bag

YOUNGEST, OLDEST = 4, 95
GROWN = 18  # an age from here on is no reason to look at an account
NUMBER_WORDS = {word: number for word, number in (FRENCH | ENGLISH).items() if number >= 5}
NUMBER_WORDS |= {"twelf": 12, "onz": 11}
ORDINALS = {word: number for word, number in numerals.ORDINALS.items() if number >= 5}
NUMBER = re.compile(
    r"(?<![\d.,:/#€$£%+=_\u2044-])(?:(?P<digits>\d{1,2})(?!\d|[.,:/\u2044]\d|\s?-\s?\d|\s?[%€$£°]|\u2044)"
    r"|(?<![a-z])(?P<word>" + "|".join(sorted([*NUMBER_WORDS, *ORDINALS], key=len, reverse=True)) + r")(?![a-z])"
    r"(?P<more>[ -](?:et[ -])?(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze"
    r"|quinze|seize|one|two|three|four|five|six|seven|eight|nine)(?![a-z]))?)"
)
HALF = r"(?: ?ans?)? ?(?:et demie?|[13]\u2044[24]|(?:and|&|et) [13] ?/ ?[24]|and a half|& a half|½)"
UNIT = re.compile(
    rf"(?P<half>{HALF})?(?:(?P<ans>\s?(?:[a4]ns?|annees?|piges?|balais|printemps|bougies)(?![a-z]))"
    r"|(?P<old>[ -]?(?:(?:y(?:ea)?rs?|year'?s)[ -]?(?:olds?|young)|y ?/ ?o|y\.? ?o\.?|y/?old|yos?"
    r"|years of age|yrs? o)(?![a-z]))"
    r"|(?P<years>\s?(?:years?|yrs?|y)(?![a-z0-9])))?"
    rf"(?P<half2>{HALF})?"
)
# What makes of « 11 ans » a length of time or a rule.
DURATION = re.compile(
    r"\s?(?:d'(?!age(?! mental))|d(?:experience|ecart|anciennete|amour|amitie|existence)|de (?!mat(?:h"
    r"|ernelle))|du |depuis|ensemble|pile poil|plus tard|apres"
    r"|avant|qu[e']|passes?|deja (?:que|qu)"
    r"|sans |a (?:faire|attendre|bosser|tenir)|d'ecart|dans (?:ma tete|mon c|le corps|l'ame|mon ame|la vie"
    r"|le metier|le milieu|l'asso)|au (?:compteur|club)|mentale|d'age mental|(?:de )?moins"
    r"|(?:de )?plus(?! t)|minimum|mini(?![a-z])|maxi?m?(?:um)?(?![a-z])|et \+|et plus|ou plus|requis"
    r"|d'affilee|consecutif|en (?:arriere|entreprise)|\+"
    r"|avec (?:lui|elle|toi|mon (?:mec|copain|mari)|ma (?:femme|meuf))|a tes cotes|a ses cotes|au service"
    r"|sur (?:cette|terre)|pour (?:apprendre|comprendre|en arriver)"
    r"|\s?(?:anniversary|ago|later|in(?:to)? (?:the|a|my|this|tech|business|teaching)|of (?!age)|together"
    r"|clean|sober|strong|married|straight|running|experience|older|younger|apart|deep|since|with|after"
    r"|before|from now|post|and counting|free|cancer)(?![a-z]))"
)
YEARS_ARE_AGE = re.compile(r"\s*(?:$|[.,!?)(|\n/]|[^\x00-\x7f]|and (?:i|my|in|love|a|im|i'm)|lol|girl|boy|but|so )")
# « 12y fr », "11y she/her": what stands beside such an age in a bio.
BESIDE_AGE = re.compile(
    r"\s?(?:fr|uk|us|usa|be|ch|ca|qc|eng|en|ie|aus?|nz|es|de|it|pt|f|m|nb|g|girl|boy|fille|gar[cs]on|she|he|they|here"
    r"|gamer|artist|dancer|editor|player|abo|follow|sub|snap|insta|dm|mp)(?![a-z])"
)
# Those of whom an age is told without « my » or « the »: "Daughter, 11", « chat de 12 ans », « whisky 12 ans ».
BARE_OTHERS = re.compile(
    r"(?:^|[.!?\n|•·;:,&+(]\s?|[^\x00-\x7f]\s?|(?<=[^a-z])(?:une?|an?|d'une?|et|and|d') )"
    r"(?:(?:petite?|grande?|vieux|vieille|jeune|little|old|bon|good|young) )?"
    r"(?:fils|fiston|fifille|neveux?|niece|filleule?|petite?-fil(?:s|le)|beau-fils|belle-fille|toddler|baby|bebe"
    r"|youngest|eldest|oldest|ainee?|cadette?|benjamine?|twins|jumeaux|jumelles|triplets|sons?|daughters?|step(?:son"
    r"|daughter)|grand(?:son|daughter|kids?|child|children)|nephews?|god(?:son|daughter)"
    r"|chiens?|chienne|chats?|chatte|chaton|cheval|jument|poney|lapine?|hamster|tortue|perroquet|toutou|minou|dogs?"
    r"|cats?|kitten|kitty|puppy|pup|horse|pony|mare|gelding|rabbit|bunny|parrot|tortoise|labrador|golden|teckel"
    r"|whisk(?:e?y|ies)|rhum|rum|scotch|bourbon|single malt|malt|cognac|armagnac|calvados|porto|port|vin|wine|fromage"
    r"|cheese|parmesan|cheddar|comte|gouda|voiture|caisse|moto|maison|appart\w*|car|house|phone|couple|mariage"
    r"|marriage|prison|garantie|warranty|pret|credit|bail|contrat|contract|lease|mortgage|cdi|abonnement)"
    r"(?: (?!de(?![a-z])|d')[a-z'-]{2,14}){0,2}\s?(?:,|de|d'|of|is|a|:|\(|-|–|aged|turns|turned|=)?\s*$"
)
# « un gamin de 11 ans m'a battu »: somebody, of whom something is told.
SOMEBODY = re.compile(
    r"(?:^|[^a-z])(?:une?|a|an|cette?|ce|le|la|ton|ta|son|sa|un p'?tit|des|deux|trois|two|some|d'une?|every) "
    r"(?:(?:petite?|ptite?|jeune|pauvre|putain de|simple|sale|random|fucking|literal|whole|little|small|young"
    r"|certain) )*"
    r"(?:[a-z-]{3,14})(?: [a-z]{3,14})? (?:de|d'|of) ?$"
)
# « Whippet de 9 ans », and those who do something: « lectrice de 11 ans ».
NOUN_OF = re.compile(r"(?<![a-z])([a-z-]{3,}) (?:de|d') ?$")
PERSON = re.compile(
    r"(?:age?e?|haut|fille|garcon|enfant|eleve|gosse|kid|petite?|ptite?|meuf|mec|gamine?|jeune|ado|preado|fan"
    r"|artiste|gymnaste"
    r"|collegienne?|ecoliere?|footeux|belle|star|princesse|reine|roi|champion(?:ne)?"
    r"|[a-z]+(?:eurs?|euses?|rices?|istes?|iennes?|ieres?|iers?|ants?|antes?|onnee?s?|logue|graphe))"
)
WE_ARE = re.compile(
    r"(?<![a-z])(?:on est|nous sommes|we'?re|we are) (?:des |deux |2 |two |both |tou\w+ )?(?:[a-z]+ )?(?:[a-z]+"
    r" )?(?:de )?$"
)
TELLS_OF_THEM = re.compile(
    r"\s?(?:m'|t'|l'|s'|me |nous |vous |te |lui |leur |se |a |est |etait |avait |aura |fait |vient |peut |doit "
    r"|joue |va "
    r"|gagne |perd |dit |dans (?:mon|ma|le|la|ce|mes) |au |aux |devant |derriere |a cote|sur (?:mon|ma|le|la) |en train"
    r"|hier|ce (?:matin|soir)|qui (?:m'|me |t'|nous |vous |a |est |joue |fait |dit |parle |sait |peut )|ont |sont"
    r" |chez )"
)
# « 12 ans aujourd'hui que nous nous sommes dit oui »
SINCE = re.compile(
    r"(?:(?!je |(?<!e )j'|mais )[^.!?\n]){0,36} qu(?:e j'|(?:e (?:nous|on|je|tu|vous|mon|ma|mes|la|le|les|notre|ce)"
    r"|'(?:il|elle|on|ils))(?![a-z]))"
)
# What has a size by age, or is sold: « vêtements fille 12 ans », « taille 10 ans ».
SOLD = re.compile(
    r"(?<![a-z])(?:tailles?|pointure|vends|vendre|vente|vinted|leboncoin|neuf avec|garantie|occasion|sizes?|selling"
    r"|for sale|sells?|depop|mercari|\d+ ?(?:€|euros)|des \d+ ans)(?![a-z])"
)
GOODS_BEFORE = re.compile(
    r"(?<![a-z])(?:vetements?|fringues|robes?|pantalons?|pulls?|manteaux?|doudoune|vestes?|jeans?|pyjamas?"
    r"|deguisements?"
    r"|maillots?|baskets?|chaussures?|lots?|jouets?|puzzle|velos?|trottinette|livres?|clothes|dress|bundle|toys?|bike)"
    r"(?: (?:fille|garcon|enfant|unisexe|neufs?|neuves?|[a-z]{3,12})){0,2} (?:de |en |d')?$"
)
A_NOUN = re.compile(r"\s(?!(?:and|but|so|from|in|lol|je|j|et|i|im|mais|girl|boy|here|fille|garcon)(?![a-z]))[a-z]")
# « avant mes 13 ans », "til i'm 13", told of today: of what is not allowed, or waited for.
NOT_BEFORE_THEN = re.compile(
    r"(?<![a-z])(?:veut|veulent|voul\w+|droit|interdit\w*|interdisent|peux|pourrai|autoris\w+|accept\w+|attendre"
    r"|attends"
    r"|hate|vivement|aurai|j'ai pas|je dois|faut|laiss\w+|promis|no|not|won'?t|don'?t|dont|wont|can'?t|cant|cannot"
    r"|allow\w*|aloud|let|lets|until|wait|waiting|gotta|have to|says?|said)(?![a-z])"
)
GONE_BY = re.compile(
    r"(?<![a-z])(?:j'avais|j'etais|j'allais|je faisais|j'ai (?:jamais|commence|arrete|vecu|appris|eu|fait|connu"
    r"|perdu|lu|vu)"
    r"|was|were|had|didn'?t|used to|never|wasn'?t|started|lived|learned)(?![a-z])"
)
# What a number without a unit after « i'm » or « j'ai » may be followed by, to be an age.
PLAIN_AFTER = re.compile(
    r"\s*(?:$|[!.?)(|\n…~;:](?!\d)|,\s?(?!\d)|[^\x00-\x7f]|['\"](?!\s?\d)|-\s|/ ?[a-z]"
    r"|(?:and|but|so|from|lol|lmao|haha|hehe|btw|she|he|they|now|tomorrow|tmrw?|today|next|soon|this"
    r"|female|male|girl|boy|f|m|going|turning"
    r"|almost|until|atm|rn|too|tho|though|&|living|live|who|i|im|my|not|already|still|please|pls|idk|ok"
    r"|bientot|et|mais|donc|mtn|maintenant"
    r"|demain|dans|en|le|la|ajd|mdr|ptdr|jsuis|je|j|moi|fille|garcon|in (?:a|two|three|\d|jan|feb|mar|apr"
    r"|may|jun|jul|aug|sep|oct|nov|dec|6th|5th|4th|7th|year|yr|grade|middle|elem)|on (?:the|mon|tue|wed"
    r"|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\d)|because|cuz|bc|can|don'?t|just"
    r"|yes|turn|years|w/|with|we|and)(?![a-z]))"
)
NOT_AGE_AFTER = re.compile(
    r"\s?(?:%|(?<=\d)u(?![a-z])|cm|mm|kg|kilos?|kgs|lbs?|pounds?|feet|foot|ft|inch\w*|in(?=[ .,)]*$)"
    r"|\"|''|minutes?|mins?"
    r"|min|hours?|hrs?|heures?|days?|jours?|weeks?|semaines?|months?|mois|miles?|km|k(?![a-z])|m(?=[ .,]|$)(?!\s?[|/•])"
    r"|st(?![a-z])|nd(?![a-z])|rd(?![a-z])|th(?![a-z])|e(?![a-z])|eme|h(?![a-z])|out of|points?|pts?"
    r"|followers?|abonnes?|subs|episodes?|chapters?|pages?|levels?|niveaux?|away|short|dollars?|bucks"
    r"|euros?|balles|games?|goals?|buts|percent"
    r"|people|personnes?|others?|times?|fois|of (?:them|us|my|the|\d)|sur \d|a la suite|in a row|in line"
    r"|(?:en|in|au|sur|on) (?:maths?|physique|svt|histoire|hist|geo|anglais|francais|philo|eps|sport|techno|science"
    r"|english|history|spelling|allemand|espagnol|ds|dictee|eval\w*|controle|latin|chimie|musique|brevet|bac|tests?"
    r"|partiel|concours|quiz|exam|oral|my (?:test|exam|quiz|report))(?![a-z])|de moy\w*"
    r"|and 0|a \d|likes?|vues|views|videos?|vids|coups|pour cent|/ ?\d|x(?![a-z])|mg|ml|°|degres|degrees"
    r"|gb|go(?![a-z])|fps|hp|am(?![a-z])|pm(?![a-z])|o'?clock|of spades)"
)
THINGS_AFTER = re.compile(
    r"\s?[-–]?\s?(?:(?!yes|always|as |is |was |guys|bros)[a-z]+s(?![a-z])|['\"]\s?\d|\d"
    r"|(?:th|nd|foot|deep|down|up|over|under|behind|ahead|inches|million|mil|thousand|grand|percent)(?![a-z]))"
)
FILLER = re.compile(
    r"(?:^|(?<=[^a-z0-9]))(?:que|qu'|seulement|juste|tout juste|tt juste|a peine|deja|maintenant|mtn"
    r"|actuellement|genre|environ|officiellement|enfin|toujours"
    r"|encore|pile|exactement|vraiment|vrmt|donc|now|just|only|like|about|literally|actually|currently"
    r"|still|finally|officially|already|barely|legit"
    r"|exactly|really|fully|technically|en fait|du coup|around|fucking|freaking|fr|les|tt|the big|la"
    r"|:|=|de)[\s,:]*$"
)
SOON = re.compile(
    r"(?:^|(?<=[^a-z0-9]))(?:bientot|bi1to|biento|presque|pratiquement|quasi(?:ment)?|almost|nearly|soon"
    r"|pas encore|not yet|about to (?:be|turn)|going on(?: to)?|sur|close to|approaching|basically almost"
    r"|nearly|pretty much|soon to be|about to be|deja bientot)[\s,:]*$"
)
OWN = re.compile(
    r"(?:^|(?<=[^a-z0-9']))(?:(?P<have>(?:moi |perso |et |mais )?(?:j ?' ?ai|j ai|jai+|jé|jay|j'?aie"
    r"|(?P<of_it>j ?'?en ai|jen ai)|ge?(?=\s?$)|jsuis agee? de|je suis agee? de|chuis? agee? de|suis agee? de"
    r"|agee? de|mon age c'?est|mon age est|mon age|du haut de mes|moi c'?est|moi|perso)"
    r"|i ?' ?m|im|i am|iam|(?:not )?me being|being|my age is|my age|i (?:really |actually |literally "
    r"|legit |honestly )am|guess who'?s|(?:we'?re|we are|are) (?:both|all)|on a(?: tou\w+(?: les (?:deux"
    r"|trois|2|3))?)?|i'm aged|im aged|aged|me|i be|am)"
    r"|(?P<will>j ?'?aurai|j ?'?aurais bientot|(?:je|j') ?(?:vais|vai) (?:avoir|faire|feter mes|sur mes)"
    r"|jv(?:ais|ai|a)? (?:avoir|faire|feter mes|sur mes)|je fete(?:rai)?(?: mes)?|on fete(?:ra)? mes"
    r"|je passe a|je prends|jprends"
    r"|i ?'?ll be|i will be|i turn|(?:i ?'?m|i am)? ?turning|(?:i ?'?m |i am )?(?:gonna|going to) (?:be"
    r"|turn)|i ?'?ll turn|(?:i ?'?m )?about to (?:be|turn)|i become|i get to be|i'm becoming)"
    r"|(?P<had>j ?'?ai eu|g eu|(?:je )?viens d ?'?avoir|jviens d'avoir|j ?'?ai (?:deja )?fete mes"
    r"|(?:je )?viens de (?:feter mes|faire)|j ?'?ai pris|i (?:have )?(?:just |finally |officially "
    r"|recently )?turned|just turned|i'?ve (?:just )?turned|finally turned|officially turned|turned"
    r"|i became|i hit|officially|i just became)"
    r"|(?P<mine>mes|c ?'?est mes|pour mes|anniv(?:ersaire)? (?:de|pour) mes|de mes|fete (?:de|pour) mes"
    r"|c'etait mes|my|for my|on my))[\s:,]*$"
)
NOT_BEFORE = re.compile(
    r"(?:^|(?<=[^a-z0-9]))(?:il y ?a|y ?a|ya|ca fait|depuis|pendant|dans|apres|avant|tous les|chaque"
    r"|plus de|moins de|d'ici|durant|vers|jusqu'?a|les|des|aux|ces|derniere?s?|premiere?s?|prochaine?s?"
    r"|entre|a partir de|interdit aux|a|avait|aura|ont|as|avez|aurait|aurais|avais|avions|j'?avais"
    r"|j'?aurais|j'?avai|fete ses|ses|son|sa|leurs?|tes|vos|over|under|above|below|for|in|after|before"
    r"|past|last|next|every|than|least|most|between|at|since|by"
    r"|to|was|were|is|are|be|been|n°|no|numero|number|page|top|chapitre|chapter|episode|ep|level|lvl"
    r"|niveau|room|salle|jour|day|saison|season|iphone|galaxy|ps|windows|tome|vol|part|partie|gen|group"
    r"|grade|year|yr|bus|ligne|route|channel|x|fois|et de|sous|des"
    r"|(?:aux|les|des|tarifs?) -|plus|over|fortnite|fifa|nba|ios"
    r"|android|under|u|feat|le|du|au|fais|fait|faisais|ferais)[\s:]*$|\d\s?-\s*$"
)
NEGATED = re.compile(r"(?:^|[^a-z])(?:pas|plus|not|n'ai|no longer|ain'?t|isn'?t|never|jamais|aucun)\s*$")
UNDER_YET = re.compile(r"(?:meme pas|pas encore|not even|not yet|pas tout a fait)\s*$")
YET = re.compile(r"[^.!?\n]{0,6}(?:encore|yet|tout a fait)(?![a-z])")
OWN_ARTICLE = re.compile(
    r"(?:^|[^a-z])(?:(?:i'?m|i am|im|as|just|hi|hey|hello|am) (?:just |only |literally |like )?an?"
    r"|(?:i'?m|i am|im|being) the (?:only|youngest|smallest|first))\s*$"
)
# « je suis une fille de 12 ans », « chui la seule de 11 ans ».
I_AM_ONE = re.compile(
    r"(?:^|[^a-z])(?:j(?:e |')?suis|chuis?|suis|moi c'est) (?:que |juste |encore )?(?:une?|la|le)"
    rf" (?:(?:petite?|ptite?|simple|jeune|grande?) )*(?:seule?|(?:{PERSON.pattern})(?: [a-z]{{3,14}})?) (?:de|d') ?$"
)
BIRTHDAY = re.compile(r"(?:anniv|birthday|bday|b-day|🎂|🎉|🥳|🎈|🎁|bougie|happy)")
MY_BIRTHDAY = re.compile(r"(?<![a-z])(?:mon anniv|mon bday|my b-?day|my birthday)")
BIRTHDAY_AFTER = re.compile(r"(?:th|st|nd|rd)? ?(?:birth ?day|b-?day|bday|birfday)(?![a-z])")
MENTALLY = re.compile(
    r"[^.!?\n]{0,14}(?:mentale?(?:ment)?|dans ma tete|dans mon c|at heart|mentally|inside|in (?:dog|human"
    r"|cat) years|at (?:most|best) |apparently|in my head|in my mind|emotionally|again(?! tomorrow)"
    r"|all over|en annees? (?:de )?chien|ou quoi|or (?:what|something)|de maturite|de mon ame|quand (?:je"
    r"|j')|when(?:ever)? i (?:see|hear|play|watch|laugh)|forever|(?:and|&) (?:this is deep|what is this)"
    r"|(?:in|on|sur|dans) (?:this|cette|la|ce|that|the) (?:one|video|vid|pic|photo|picture|clip|story|tof)"
    r"|here(?= (?:lol|omg|awww*)))(?![a-z])"
)
ENDS = re.compile(r"\s*(?:$|[!.?\n]|[^\x00-\x7f])")
OLD_THINGS = re.compile(
    r" (?:me|self|myself|(?:jeans|shoes|boots|clothes|t-?shirts?|hoodie|sneakers|makeup|recipe|furniture|sofa"
    r"|mattress|bike|tv|fridge|pc|console|gpu|meme|joke|vine|clip|tiktok|account))(?![a-z])"
    r"| (?:\w+ )?(?:scotch|whiske?y|rum|bourbon|wine|cheese|account|phone|car|laptop|song|game|tweet|post"
    r"|video|house|tree|building"
    r"|bug|code|photo|picture|son|daughter|dog|cat|horse|brother|sister|cousin|nephew|niece|movie|album"
    r"|tech|brain|humou?r)(?![a-z])"
)
PERSON_OF = re.compile(
    r"(?:^|[^a-z])(?:fille|garcon|eleve|gosse|kid|gamer|gameuse|danseuse|danseur|gymnaste|cavaliere?|footeux"
    r"|footballeuse"
    r"|collegienne?|ecoliere?|enfant|petite?|ptite|meuf|mec|gamine?|jeune(?: \w+)?|nageuse|nageur"
    r"|patineuse|chanteuse|chanteur|artiste|actrice|acteur|youtubeu\w+|tiktok\w+|streame\w+|dessinatrice"
    r"|dessinateur|joueu\w+|fan \w+) de\s*$"
)
CAREFREE_BIO = re.compile(r"^(?:[a-z]{2,14}(?: [a-z]{2,12})?)?[\s:'-]*$")
ASL = re.compile(r"^\s?[/ ]?\s?(?:f|m|g|nb|girl|boy|fille|garcon|female|male|she|he|her|him)(?![a-z0-9])")
NOT_NAMES = bag(
    "top number numero ig insta snap since depuis level lvl est size page day jour plus moins over under psg "
    "om ol fan team x tome saison season iphone ps games chapter part gate rang place room bus ligne dept le "
    "la les du au aux des a en dans et and of in at on to for by the ep vol no"
)
JUST_NOW = re.compile(r"(?:^|[^a-z])(?:finally|officially|enfin|officiellement)\s*$")
MATES = re.compile(
    r"(?:\d ?ans(?![a-z])|mon age|my age|quel(?:le)? age|how old|age\s?\?|asl|t'as quel age"
    r"|tu as quel age|en a \d|(?:nan|non|mais non|euh)[ ,]*j'ai pas \d)"
)
# « il a quel âge ton chien ? », "how old is she?"
ANOTHER_ASKED = re.compile(
    r"(?<![a-z])(?:(?:ils?|elles?) (?:a|ont) quel age|quel age (?:a|ont)(?![a-z])"
    r"|how old(?: is|'s| are)(?! (?:you|u|ya)(?![a-z])))"
)
OTHERS_DO = re.compile(r"(?:^|[^a-z])(?:a|is|are|was|turns?|fete|fetera|aura|going to be|gonna be|'s|s)\s*$")
WHO_ELSE = re.compile(
    r"(?<![a-z])(?:(?:any ?(?:one|body|1)|some(?:one|body)|who)(?:'s|s)? (?:else|also)(?: here)?(?: is| that's|"
    r" thats)?(?: also)?"
    r"|moi qui ai?|seule? a avoir|am i the only(?: one who'?s)?|qui (?:d'autre|aussi) a(?: aussi)?|y'?a (?:qui"
    r"|des gens) (?:qui a|qui ont|de)) $"
)
LIKE_ME = re.compile(r"(?: ?(?:ans?|yo|years old))? ?(?:aussi )?(?:comme moi|like me|et comme moi)(?![a-z])")
FRENCH_HAVE = re.compile(r"(?!guess|my)(?:j|g|moi|perso|mais|et |mon|age|suis|chui|du haut)")
# « depuis mes 11 ans ».
MEMORY_BEFORE = re.compile(
    r"(?:depuis|a|des|jusqu'?a|lors de|avant|apres|rappel\w*|souvenirs? (?:de|pour)?|comme (?:a|pour)"
    r"|retour (?:a|dans)) ?$"
)
# « eu 11 ans en 2014 », "turned 12 in 2014".
IN_A_YEAR = re.compile(r"[\s,(]*(?:en|in) (19\d\d|20\d\d)")
CHEERED = re.compile(r"\s*[!🎂🎉🥳🎈]")
UNTIL_BEFORE = re.compile(r"(?:until|till?|before) *$")
QUAND_BEFORE = re.compile(r"(?:quand|kan|qd|lorsque|des que) *$")
WHEN_BEFORE = re.compile(r"(?:when|until|till|once) *$")
TIME_GONE = re.compile(r"\b(?:was|were|since)\b")
SPEAKS_OF_ME = re.compile(r"(?<![a-z])(?:me|m'|mes|my|j'|i)(?![a-z])")
NAME_BEFORE = re.compile(r"[a-z]{3,} (?:is |has |just |finally |est |a )?$")
# "his 12th birthday".
ANOTHERS_BEFORE = re.compile(r"(?:son|daughter|kid|brother|sister|'s|his|her|their|your|our|s) $")
MY_BEFORE = re.compile(r"(?:^|[^a-z])my (?:own )?$")
# "since my 12th birthday".
SINCE_MY_BEFORE = re.compile(r"(?:on|since|until|after|before|remember|by) my $")
TO_ME = re.compile(r"(?:to me|me)(?![a-z])")
# "as an 11 year old i used to …", « … should be asleep ».
OF_A_MEMORY = re.compile(
    r"[^.!?\n]{0,60}(?:used to|i was|i wanted|i had|would have|back then)|\s?(?:should|is too|deserves)"
)
ENDS_OR_COMES = re.compile(r"\s*(?:$|[!.?\n,]|[^\x00-\x7f]|in |on |dans |demain|tomorrow|today)")
# What stands before a birthday's number, and is no name.
CHEERING_BEFORE = re.compile(r"(?:et|and|enfin|finally|trop|hate|deja|already|c'est|its|it's|anniv\w*|birthday) $")
SEEKING = re.compile(r"(?:looking for|cherche|asl)")
# « en tant que fille de 11 ans ».
AS_ONE_OF = re.compile(r"(?:en tant qu[e']|je suis |moi |as an? )[^.!?\n]{0,30}$")
YOUNG_WORDS = re.compile(r"(?:jeune|young|petite?)")
HERE = re.compile(r"\s*(?:here|girl|boy|female|male|gamer|fille|garcon)(?![a-z])")
MY_AGE_BEFORE = re.compile(r"(?:^|[^a-z])(?:mon age|my age|age) ?[:=]? ?$")
# "age 12 and up".
LIMIT_AFTER = re.compile(r",? (?:is|was|when|where|and (?:up|over|under)|to|or|\+)(?![a-z])")
OF_AGE = re.compile(r"\s?d'age(?![a-z])")
AGE_BEFORE = re.compile(r"(?:^|[^a-z])age ?[:=]? ?$")
# « 11 | f ».
ASL_AFTER = re.compile(r"\s*[/|•·]\s*(?:f|m|she|he|her|fr|uk|us|fille|girl)")
# A number on a shirt.
SPORT_BEFORE = re.compile(r"(?:jersey|maillot|⚽|🏀|🏈|⚾|🏒|🏉|🤾|fc|n°|#)\s*$")
SPORT_AFTER = re.compile(r"\s*(?:⚽|🏀|🏈|⚾|🏒|🏉)")
IS_ON = re.compile(r"(?:,? which)? (?:is|party is|will be|'s)(?: coming up)?(?: like| literally| on)?")
WAS_ON = re.compile(r" (?:was|party was)")
