"""Words that are no names, in the languages that are written most here; a list of our own.

`COMMON` are function words, and words of this field that sound like a usual name. `PARTICLES` stand
in names and say nobody's. `JOINING` make one name with the next word, and are written with it too.
`ALIKE` are names with too few consonants to be compared by their sound, by one of their spellings.
"""

_JOINING = """
abd abdul abdel abdal abdu abu abou abo umm oum om bint ibn абд абдул абу умм
عبد أبو ابو أبي ابي أم ام ابن بن بنت
"""
_PARTICLES = """
bin ben ould und von van der den del della dos das des les the and ala
mrs miss mme doctor doktor prof colonel general captain major sheikh shaikh haji hajj
ибн бин оглы огли кызы кизи заде улы
пан пані господин госпожа доктор полковник генерал капитан капітан майор
ال آل بنو ولد السيد السيدة الشيخ الحاج دكتور الدكتور عقيد العقيد
"""
_ENGLISH = """
a about above after again against all also always am among an and another any are around as asked
at away back be became because been before began being below between both but by called came can
could day days did do does done down during each either even ever every few first for found four
from gave get give go gone had has have he hear heard held her here hers herself him himself his
hour hours house how however i if in into is it its itself just kept killed knew know known last
later left let like made make man many may me men might mine more morning most much must my near
never next night no nobody none nor not now of off often old on once one only or other others our
ours out over own part people person said same saw say seen several she should since so some
someone soon still such taken ten than that the their theirs them then there these they thing
things this those three through till time to today together told too took two under until up upon
us use used very village was way we week well went were what when where which while who whole whom
whose why will with within without woman women would year years yes yet you young your yours
human rights right court law laws state states army soldier soldiers police civil children child
family families witness victim incident market hospital school prison camp border city town street
road north south east west march june july august monday sunday nation nations national united
"""
_FRENCH = """
ainsi alors apres après au aucun aussi autre autres aux avant avec avoir beaucoup bien car ce cela
celle celui ces cet cette chacun chaque comme comment contre dans de depuis des deux devant dire dit
doit donc dont du elle elles en encore enfin entre est et etait était ete été etre être eu fait
faire fois font hors ici il ils jamais je jour jours la le les leur leurs lors lui ma mais mal me
meme même mes moi moins mon ne ni nom nos notre nous on ont ou où par parce pas pendant peu peut
plus point pour pourquoi pres près puis quand que quel quelle qui quoi rien sa sans sauf se selon
sera ses seul si soit son sont sous sur ta tant te tel telle tous tout toute toutes tres très trois
trop tu un une vers ville voir vos votre vous homme hommes femme femmes droit droits personne loi
"""
_UKRAINIAN = """
або адже але без був буде були було бути вам вас ваш весь вже ви від він вона вони воно все всі всіх
всього дав дав для до дуже його йому коли кожен кожна кожний людина людини людей людей люди має мали
мати між мене ми місті мій мого може можуть мої моя на навіть нам нами нас наш наша не нема немає ні
ніхто ніщо об один одна при про проти перед після поки потім саме сам свого свої своє своєї себе
село села сказав сказала слід собою також там твій тим тими тих ти тільки того той тому треба туди
тут усі хоч хто хтось це цей цього цьому ця чи чим чого що щоб як яка який які якщо право права день
"""
_RUSSIAN = """
без более был была были было быть вам вас весь во вот все всего всех вы где да даже два для до его
ее если есть еще ещё же за здесь из или им их как какой когда кого которая которые который кто
куда лишь между меня мне много может можно мой моя мы на над надо нам нас наш не него нее ней нет ни
них но ну об один одна он она они оно от очень перед по под пока после потом потому почти при про
раз сам свое свои свой себе себя сейчас со стал так также такой там те тебя тем теперь то тогда того
тоже только том тот три ты уже хорошо хоть чего чей чем через что чтобы чуть эта эти это этого этой
этом этот человек человека людей люди каждый каждая имеет право права иметь должен сказал сказала
село дома день дней время
"""
_SERBIAN = """
bez bila bili bilo bio biti bude da dan dana do dok ga gde gdje ih ili iz jedan jer jesu je još
kad kada kako kao ko koja koje koji kroz ljudi mada meni mi mnogo mogu mora može nas naš nakon ne
nego neki niko nije ništa od ona oni ono ovaj ovo pa po pod posle poslije pre pred prema prije pri
rekao rekla sa sam samo se selo sebe su sve svi svoj svako svaka ta tada taj tako tamo te ti to tu u
uz vam vas vi vrlo za zašto zbog ima imaju pravo prava lice čovek čovjek
"""
_ARABIC = """
من في على إلى الى عن أن ان إن هو هي هم هن هذا هذه ذلك تلك التي الذي الذين اللواتي اللاتي ما ماذا لا لم
لن ليس ليست كان كانت كانوا يكون تكون قد لقد كل كما كيف أو او أي اي أية ثم حتى عند عندما بعد قبل بين
تحت فوق منذ مع مثل غير سوى أمام خلف حول ضد دون بدون لكن بل إذا اذا إذ لو لولا حيث لأن لان وقد وكان
وكانت ولا وهو وهي وهم هناك هنا الآن أيضا ايضا جدا فقط نحن أنا انا أنت انت أنتم قال قالت قالوا يقول
تقول رجل رجال امرأة نساء طفل أطفال شخص أشخاص فرد إنسان انسان الإنسان الانسان حق الحق حقوق الحقوق
يوم أيام سنة عام شهر ساعة ليل نهار بيت دار مدينة قرية شارع طريق محكمة قانون القانون دولة الدولة الدول
جيش الجيش جندي جنود شرطة سجن مستشفى مدرسة الله لكل له لها لهم به بها بهم فيه فيها عليه عليها عليهم
إليه إليها منه منها منهم ذات ذو أحد احد إحدى بعض جميع نفس كلا سواء وفي ومن وعلى وإلى وأن
"""
_ALIKE = """
ali aly علي али алі
yahya yahia yehia yahja يحيى يحيي яхья яхія
julia yulia iulia yuliia julija юлия юлія јулија юли юлі
iyad eyad ayad إياد اياد иад
aya آية اية آيه ая
ilya illia ilja илья ілля
eva yeva jeva ева єва
aisha aicha ayesha aysha عائشة عايشة айша
alaa علاء
"""
JOINING = frozenset(_JOINING.split())
PARTICLES = JOINING.union(_PARTICLES.split())
COMMON = PARTICLES.union(
    *(words.split() for words in (_ENGLISH, _FRENCH, _UKRAINIAN, _RUSSIAN, _SERBIAN, _ARABIC))
)
ALIKE = {name: one[0] for one in map(str.split, _ALIKE.split("\n")) for name in one}
