"""A small file of each layout, with the oddities of the real ones."""

PIVOT = """,Lat,Long,1/31/20,2002/1/20,2002/2/20
,sum,sum,sum,sum,sum
Country/Region,,,,,
Albania,41.1533,20.1683,0,2,5
"Korea, South",36,128,1,1,4
Australia,-255.9695,1129.8623,3,3,2
MS Zaandam,0,0,0,0,9
"""

SERIES = """Province/State,Country/Region,Lat,Long,1/22/20,1/23/20,1/24/20
,Albania,41.1533,20.1683,0,2,5
Alberta,Canada,50,-110,1,2,3
Quebec,Canada,52,-70,10,20,30
Repatriated Travellers,Canada,,,100,100,100
Reunion,France,-21.1,55.5,1,1,1
,France,46.2,2.2,5,6,7
"""
