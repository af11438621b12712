"""Names in Latin letters: English ones with their nicknames, and those of colleagues from India, China, Korea,
Vietnam and continental Europe, who work at firms of both countries."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

from connectors.sandbox.world.contacts.names_ja import Part
from connectors.sandbox.world.contacts.wheel import Wheel, zipf


@dataclass(frozen=True, slots=True)
class Culture:
    """Names that go together."""

    families: Wheel[Part]
    men: Wheel[Part]
    women: Wheel[Part]


@cache
def english_names(surnames: int, given: int) -> Culture:
    """The most common ones; there are about 220 surnames and 110 given names of men and of women each."""
    return _culture(_first(_FAMILIES, surnames), _first(_MEN, given), _first(_WOMEN, given))


@cache
def foreign_names() -> Wheel[Culture]:
    """Everybody else, by how many of them work in business in the United States and Japan."""
    return Wheel([(_culture(*tables), share) for share, tables in _ELSEWHERE])


def _first(table: str, count: int) -> str:
    return " ".join(table.split()[:count])


def ascii_letters(name: str) -> str:
    """The name in small letters a to z."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    return "".join(letter for letter in plain if "a" <= letter <= "z")


def _culture(families: str, men: str, women: str) -> Culture:
    return Culture(*(zipf([_part(entry) for entry in table.split()], 12) for table in (families, men, women)))


def _part(entry: str) -> Part:
    """From Name/Nick/Nick; an underscore stands for a space."""
    name, *short = entry.replace("_", " ").split("/")
    spellings = dict.fromkeys((name, _without_marks(name), name.translate(_GERMAN)))
    plain = ascii_letters(name)
    return Part(name, "", "", "", tuple(spellings), (plain,), short=tuple(short))


def _without_marks(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "đ": "d", "Đ": "D"})
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ö": "Oe", "Ä": "Ae", "Ü": "Ue", "ß": "ss"})

_FAMILIES = """Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Jackson Martin Lee
    Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker
    Hall Campbell Mitchell Carter Roberts Turner Phillips Evans Parker Edwards Collins Stewart Morris Murphy Cook
    Rogers Morgan Cooper Peterson Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray
    James Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell Jenkins Perry Butler Barnes Fisher
    Henderson Coleman Simmons Patterson Jordan Reynolds Hamilton Graham Wallace West Cole Hayes Bryant Gibson Ellis
    Stevens Ford Marshall Owens McDonald Harrison Kennedy Wells Alvarez Woods Webb Tucker Freeman Burns Henry
    Crawford Boyd Mason Kelley Hunter Hicks Dixon Hunt Palmer Robertson Black Holmes Stone Fox Warren Mills Rice
    Daniels Grant Nichols Shaw Rose Gordon Ferguson Knight Hawkins Dunn Perkins Hudson Spencer Gardner Payne Pierce
    Berry Matthews Arnold Wagner Willis Ray Watkins Olson Carroll Duncan Snyder Hart Cunningham Bradley Lane Andrews
    Harper Fields Chavez Garcia Rodriguez Martinez Hernandez Lopez Gonzalez Perez Sanchez Ramirez Torres Flores
    Rivera Gomez Diaz Reyes Cruz Morales Ortiz Gutierrez O'Brien O'Connor O'Neill MacDonald McCarthy McKenzie
    Smith-Jones St._John Fitzgerald Barrett Lowe Maxwell Sharp Bowen Whitaker Thornton Blackwell Whitfield Hollis
    Pemberton Ashworth Caldwell Langley Prescott Sinclair Hathaway Kirkland"""
_MEN = """James/Jim/Jimmy Robert/Bob/Rob John/Jack Michael/Mike William/Bill/Will David/Dave Richard/Rick/Dick
    Joseph/Joe Thomas/Tom Charles/Charlie/Chuck Christopher/Chris Daniel/Dan/Danny Matthew/Matt Anthony/Tony Mark
    Donald/Don Steven/Steve Paul Andrew/Andy/Drew Joshua/Josh Kenneth/Ken/Kenny Kevin/Kev Brian George Edward/Ed/Ted
    Ronald/Ron Timothy/Tim Jason/Jay Jeffrey/Jeff Ryan Jacob/Jake Gary Nicholas/Nick Eric Jonathan/Jon Stephen/Steve
    Larry Justin Scott Brandon Benjamin/Ben Samuel/Sam Gregory/Greg Frank Alexander/Alex Raymond/Ray Patrick/Pat
    Jack Dennis/Denny Jerry Tyler/Ty Aaron Jose/Pepe Adam Henry/Hank Nathan/Nate Douglas/Doug Zachary/Zach
    Peter/Pete Kyle Walter/Walt Ethan Jeremy Harold/Hal Keith Christian Roger Noah Gerald/Gerry Carl Terry Sean
    Austin Arthur/Art Lawrence/Larry Jesse/Jess Dylan Bryan Joe Jordan Billy Bruce Albert/Al Willie Gabriel/Gabe
    Logan Alan/Al Juan Wayne Roy Ralph Randy Eugene/Gene Vincent/Vince Russell/Russ Louis/Lou Philip/Phil Bobby
    Johnny Bradley/Brad Frederick/Fred Theodore/Ted/Theo Leonard/Len Maxwell/Max Oliver/Ollie Dominic/Dom Graham
    Trevor Craig Derek Neil Stuart/Stu Clifford/Cliff Geoffrey/Geoff"""
_WOMEN = """Mary/Molly Patricia/Pat/Patty Jennifer/Jen/Jenny Linda Elizabeth/Liz/Beth/Betsy Barbara/Barb Susan/Sue
    Jessica/Jess Sarah/Sally Karen Lisa Nancy Betty Sandra/Sandy Margaret/Maggie/Meg/Peggy Ashley/Ash Kimberly/Kim
    Emily/Em Donna Michelle/Shelly Carol Amanda/Mandy Melissa/Mel Deborah/Deb/Debbie Stephanie/Steph
    Rebecca/Becky/Becca Sharon Laura Cynthia/Cindy Dorothy/Dot Amy Kathleen/Kathy/Kate Angela/Angie Shirley Emma
    Brenda Pamela/Pam Nicole/Nikki Anna/Annie Samantha/Sam Katherine/Kate/Kathy/Katie Christine/Chris/Tina Helen
    Debra/Deb Rachel/Rach Carolyn Janet/Jan Maria Catherine/Cathy/Kate Heather Diane/Di Olivia/Liv Julie/Jules Joyce
    Victoria/Vicky/Tori Ruth Virginia/Ginny Lauren Kelly Christina/Tina Joan Evelyn/Evie Judith/Judy Andrea Hannah
    Megan/Meg Cheryl Jacqueline/Jackie Martha Madison Teresa/Terry Gloria Sara Janice/Jan Ann/Annie
    Kathryn/Kate/Kathy Abigail/Abby Sophia/Sophie Frances/Fran Jean Alice Judy Isabella/Bella Julia/Julie Grace
    Amber Denise Danielle/Dani Marilyn Beverly/Bev Charlotte/Charlie/Lottie Natalie/Nat Theresa/Terri Diana/Di
    Brittany/Britt Doris Kayla Alexis/Alex Lori Marie Gabrielle/Gabby Josephine/Jo Eleanor/Ellie/Nell Penelope/Penny
    Gwendolyn/Gwen Suzanne/Sue Vanessa Caroline/Carrie Claire Audrey Paige Erin Holly Tracy Monica"""
_INDIAN = (
    """Patel Sharma Singh Kumar Gupta Shah Reddy Rao Iyer Nair Mehta Joshi Desai Agarwal Kapoor Khanna Menon
    Pillai Banerjee Mukherjee Chatterjee Das Bose Verma Mishra Pandey Malhotra Bhat Kulkarni Krishnan Subramanian
    Venkatesan""",
    """Rahul Amit Sanjay Rajesh/Raj Vikram/Vik Arjun Suresh Anil Ravi Ashok Deepak Manoj Nikhil/Nik Rohan Karthik
    Srinivas/Sri Venkatesh/Venky Praveen Arun Vijay Aditya/Adi Siddharth/Sid Krishna/Kris Harish Gaurav""",
    """Priya Anjali Neha Pooja Divya Kavita Sunita Deepa Lakshmi Meera Asha Shreya Swati Nisha Rekha Aishwarya
    Anita Vidya Padma Sneha Radhika Sangeetha Geeta Ritu Kiran""",
)
_CHINESE = (
    """Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Tang
    Feng Deng Cao Peng Zeng Xiao""",
    """Wei Jun Lei Jie Tao Ming Hao Bin Qiang Gang Bo Peng Yong Chao Feng Yi Kai Xiang Jianguo Zhiqiang Yuchen
    Haoran Ziming Guowei Wenjie""",
    """Fang Na Min Jing Yan Li Xia Ying Hong Juan Ping Lan Mei Hui Qian Xue Yu Ting Lili Yujie Xiaoyan Meiling
    Jiayi Shuang Yating""",
)
_KOREAN = (
    "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Song Ryu Hong",
    "Min-jun Ji-hoon Seung-ho Hyun-woo Sung-min Jae-hyun Dong-hyun Young-ho Sang-woo Tae-yang Joon-ho Ki-young",
    "Ji-woo Seo-yeon Min-ji Soo-jin Hye-jin Eun-ji Ji-young Yoon-ah Hyun-joo Mi-kyung Sun-hee Kyung-hee",
)
_VIETNAMESE = (
    "Nguyen Tran Le Pham Hoang Phan Vu Vo Dang Bui Do Ho Ngo Duong Ly",
    "Minh Tuan Hung Dung Nam Long Duc Quang Huy Khoa Thanh Tung Hai Son Phuc",
    "Linh Huong Lan Mai Thao Trang Nga Hoa Phuong Anh Thuy Hanh Ngoc Yen Van",
)
_EUROPEAN = (
    """Müller Schmidt Schneider Fischer Weber Becker Hoffmann Schäfer Köhler König Weiß Dubois Moreau Laurent Lefèvre
    Garnier Rossi Russo Ferrari Bianchi Esposito García Fernández Muñoz Jiménez Kowalski Nowak Wiśniewski Novák
    Svensson Lindström Jørgensen Hansen Larsen Virtanen van_den_Berg de_Vries Janssen da_Silva Popescu Ivanov""",
    """Lukas/Luke Jürgen Stefan Andreas Thomas/Tom Klaus Jörg François Jean-Pierre Étienne Pierre Marco
    Giuseppe/Beppe Alessandro/Alex José/Pepe Javier Alejandro/Alex Piotr Tomasz Lars Søren Erik Mikael Jan Pieter
    Dimitri João""",
    """Anna Katharina/Kathi Ursula/Uschi Sabine Jürgita Céline Amélie Hélène Chloé Giulia Francesca Lucía María
    Inés Agnieszka Małgorzata Ingrid Astrid Freja Sanne Marieke Ioana Svetlana""",
)
_ELSEWHERE = ((0.32, _INDIAN), (0.22, _CHINESE), (0.10, _KOREAN), (0.12, _VIETNAMESE), (0.24, _EUROPEAN))
