"""Which name leads to which code: the whole lists of the WHO, Our World in Data and the ECDC, one name a line.

Our World in Data and the ECDC: only names that the WHO spells otherwise.
"""

WHO = """
af Afghanistan
al Albania
dz Algeria
as American Samoa
ad Andorra
ao Angola
ai Anguilla
ag Antigua and Barbuda
ar Argentina
am Armenia
aw Aruba
au Australia
at Austria
az Azerbaijan
bs Bahamas
bh Bahrain
bd Bangladesh
bb Barbados
by Belarus
be Belgium
bz Belize
bj Benin
bm Bermuda
bt Bhutan
bo Bolivia (Plurinational State of)
-- Bonaire
-- Saba
-- Sint Eustatius
bq Bonaire, Saint Eustatius and Saba
bq Bonaire, Sint Eustatius and Saba
ba Bosnia and Herzegovina
bw Botswana
br Brazil
vg British Virgin Islands
bn Brunei Darussalam
bg Bulgaria
bf Burkina Faso
bi Burundi
cv Cabo Verde
kh Cambodia
cm Cameroon
ca Canada
ky Cayman Islands
cf Central African Republic
td Chad
cl Chile
cn China
hk China, Hong Kong SAR
mo China, Macao SAR
co Colombia
km Comoros
cg Congo
ck Cook Islands
cr Costa Rica
ci Côte d’Ivoire
ci Côte d'Ivoire
hr Croatia
cu Cuba
cw Curaçao
cy Cyprus
cz Czechia
kp Democratic People's Republic of Korea
cd Democratic Republic of the Congo
dk Denmark
dj Djibouti
dm Dominica
do Dominican Republic
ec Ecuador
eg Egypt
sv El Salvador
gq Equatorial Guinea
er Eritrea
ee Estonia
sz Eswatini
et Ethiopia
fk Falkland Islands (Malvinas)
fo Faroe Islands
fj Fiji
fi Finland
fr France
gf French Guiana
pf French Polynesia
ga Gabon
gm Gambia
ge Georgia
de Germany
gh Ghana
gi Gibraltar
gr Greece
gl Greenland
gd Grenada
gp Guadeloupe
gu Guam
gt Guatemala
gg Guernsey
gn Guinea
gw Guinea-Bissau
gy Guyana
ht Haiti
va Holy See
hn Honduras
hu Hungary
is Iceland
in India
id Indonesia
ir Iran (Islamic Republic of)
iq Iraq
ie Ireland
im Isle of Man
il Israel
it Italy
jm Jamaica
jp Japan
je Jersey
jo Jordan
kz Kazakhstan
ke Kenya
ki Kiribati
xk Kosovo[1]
xk Kosovo (in accordance with UN Security Council resolution 1244 (1999))
kw Kuwait
kg Kyrgyzstan
la Lao People's Democratic Republic
lv Latvia
lb Lebanon
ls Lesotho
lr Liberia
ly Libya
li Liechtenstein
lt Lithuania
lu Luxembourg
mg Madagascar
mw Malawi
my Malaysia
mv Maldives
ml Mali
mt Malta
mh Marshall Islands
mq Martinique
mr Mauritania
mu Mauritius
yt Mayotte
mx Mexico
fm Micronesia (Federated States of)
mc Monaco
mn Mongolia
me Montenegro
ms Montserrat
ma Morocco
mz Mozambique
mm Myanmar
na Namibia
nr Nauru
np Nepal
nl Netherlands
nl Netherlands (Kingdom of the)
nc New Caledonia
nz New Zealand
ni Nicaragua
ne Niger
ng Nigeria
nu Niue
mk North Macedonia
mp Northern Mariana Islands
mp Northern Mariana Islands (Commonwealth of the)
no Norway
ps occupied Palestinian territory, including east Jerusalem
om Oman
pk Pakistan
pw Palau
pa Panama
pg Papua New Guinea
py Paraguay
pe Peru
ph Philippines
pn Pitcairn
pn Pitcairn Islands
pl Poland
pt Portugal
pr Puerto Rico
qa Qatar
kr Republic of Korea
md Republic of Moldova
re Réunion
ro Romania
ru Russian Federation
rw Rwanda
bl Saint Barthélemy
sh Saint Helena
sh Saint Helena, Ascension and Tristan da Cunha
kn Saint Kitts and Nevis
lc Saint Lucia
mf Saint Martin
mf Saint Martin (French part)
pm Saint Pierre and Miquelon
vc Saint Vincent and the Grenadines
ws Samoa
sm San Marino
st Sao Tome and Principe
sa Saudi Arabia
sn Senegal
rs Serbia
sc Seychelles
sl Sierra Leone
sg Singapore
sx Sint Maarten
sx Sint Maarten (Dutch part)
sk Slovakia
si Slovenia
sb Solomon Islands
so Somalia
za South Africa
ss South Sudan
es Spain
lk Sri Lanka
sd Sudan
sr Suriname
se Sweden
ch Switzerland
sy Syrian Arab Republic
tj Tajikistan
th Thailand
gb The United Kingdom
tl Timor-Leste
tg Togo
tk Tokelau
to Tonga
tt Trinidad and Tobago
tn Tunisia
tr Turkey
tr Türkiye
tm Turkmenistan
tc Turks and Caicos Islands
tv Tuvalu
ug Uganda
ua Ukraine
ae United Arab Emirates
gb United Kingdom of Great Britain and Northern Ireland
tz United Republic of Tanzania
us United States of America
vi United States Virgin Islands
uy Uruguay
uz Uzbekistan
vu Vanuatu
ve Venezuela (Bolivarian Republic of)
vn Viet Nam
wf Wallis and Futuna
ye Yemen
zm Zambia
zw Zimbabwe
"""

OUR_WORLD_IN_DATA = """
bo Bolivia
bq Bonaire Sint Eustatius and Saba
bn Brunei
cv Cape Verde
ci Cote d'Ivoire
cw Curacao
cz Czech Republic
cd Democratic Republic of Congo
tl East Timor
fo Faeroe Islands
fk Falkland Islands
hk Hong Kong
ir Iran
xk Kosovo
la Laos
mo Macao
mk Macedonia
fm Micronesia (country)
md Moldova
kp North Korea
ps Palestine
-- Northern Cyprus
-- Transnistria
re Reunion
ru Russia
bl Saint Barthelemy
mf Saint Martin (French part)
sx Sint Maarten (Dutch part)
kr South Korea
sz Swaziland
sy Syria
tw Taiwan
tz Tanzania
tl Timor
gb United Kingdom
us United States
va Vatican
ve Venezuela
vn Vietnam
eh Western Sahara
"""

ECDC = """
af Afghanistan
al Albania
dz Algeria
ad Andorra
ao Angola
ai Anguilla
ag Antigua_and_Barbuda
ar Argentina
am Armenia
aw Aruba
ba Bosnia_and_Herzegovina
vg British_Virgin_Islands
bn Brunei_Darussalam
bf Burkina_Faso
cv Cape_Verde
ky Cayman_Islands
cf Central_African_Republic
cg Congo
cr Costa_Rica
ci Cote_dIvoire
cw Curaçao
cw Cura̤ao
cz Czech_Republic
cd Democratic_Republic_of_the_Congo
do Dominican_Republic
sv El_Salvador
gq Equatorial_Guinea
fk Falkland_Islands_(Malvinas)
fo Faroe_Islands
pf French_Polynesia
gw Guinea_Bissau
va Holy_See
im Isle_of_Man
nc New_Caledonia
nz New_Zealand
mk North_Macedonia
mp Northern_Mariana_Islands
pg Papua_New_Guinea
pr Puerto_Rico
kn Saint_Kitts_and_Nevis
lc Saint_Lucia
vc Saint_Vincent_and_the_Grenadines
sm San_Marino
sa Saudi_Arabia
sl Sierra_Leone
sx Sint_Maarten
za South_Africa
kr South_Korea
ss South_Sudan
lk Sri_Lanka
tw Taiwan
tl Timor_Leste
tt Trinidad_and_Tobago
tc Turks_and_Caicos_islands
ae United_Arab_Emirates
gb United_Kingdom
tz United_Republic_of_Tanzania
vi United_States_Virgin_Islands
us United_States_of_America
wf Wallis_and_Futuna
eh Western_Sahara
"""
