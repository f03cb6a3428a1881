"""Made-up people: given names and surnames, combined freely. Addresses and numbers lead nowhere.

``example.org`` is reserved (RFC 2606). The United Kingdom keeps 07700 900xxx for drama; our numbers carry two
digits more, so that none of them can be anybody's.
"""

_GIVEN = (
    "Ada Aisha Alan Alice Amara Amit Anna Anton Arjun Beatrice Ben Bilal Carla Carlos Chen Chidi Chloe "
    "Clara Daniel David Deepa Dieter Elena Elif Emeka Emma Erik Esther Eva Farah Felix Fiona Freya George "
    "Grace Hana Hannah Harry Hassan Helen Hugo Ines Ingrid Isaac Ivan Jack James Jamila Jan Joanna Jonas "
    "Jorge Julia Kaito Karen Kemal Kofi Kwame Laila Lars Laura Leo Lena Liam Lin Lucia Luis Maja Marco "
    "Maria Mark Marta Maya Mei Mehmet Milan Mina Mira Mohamed Nadia Nina Noah Nora Oliver Olga Omar Oscar "
    "Pablo Paula Pedro Petra Priya Rachel Rafael Ravi Rebecca Rosa Ruth Sami Samuel Sanjay Sara Selma "
    "Simon Sofia Stefan Susan Tariq Teresa Thomas Tom Uma Vera Victor Wei William Yara Yusuf Zara Zoe"
)

_SURNAMES = (
    "Abara Adler Ahmed Alba Allen Almeida Anders Archer Ashby Aydin Baker Banerjee Barlow Becker Bell "
    "Bennett Berg Bianchi Blake Bose Boyd Brandt Brook Byron Campos Carter Chan Clarke Cole Collins Costa "
    "Cruz Dahl Dawson Demir Desai Diaz Dixon Doyle Duarte Dubois Eaton Egan Eide Ellis Evans Falk Farrell "
    "Ferrari Fischer Fleming Foster Fox Frost Fuchs Gallo Garcia Gibson Goswami Graham Grant Gray Greco "
    "Green Haas Hale Hall Hansen Harper Hart Hayes Herrera Hill Holm Hope Horvat Howe Hughes Iqbal Ito "
    "Jansen Jensen Joshi Kaplan Kaur Kay Keller Khan Kim King Klein Koch Kovacs Kumar Lane Lang Larsen "
    "Lee Lewis Li Lind Lopez Lowe Lund Marsh Mason Mbeki Mehta Meyer Mills Moore Mora Moreno Morris Moss "
    "Nagy Nair Nash Neri Nilsen Novak Nwosu Obi Ochoa Okafor Olsen Ortiz Osei Page Palmer Park Patel "
    "Perez Petrov Pike Popov Price Quinn Rao Reed Reyes Rice Ricci Rios Roth Rowe Russo Saito Sato "
    "Schmidt Shah Sharp Silva Singh Skov Sousa Stone Suzuki Svensson Tan Tanaka Tate Torres Turner Vega "
    "Vidal Vogel Wade Walsh Wang Ward Weber Webb West Winter Wolf Wong Wood Wright Yates Yilmaz Young "
    "Zeller"
)
GIVEN, SURNAMES = _GIVEN.split(), _SURNAMES.split()

# Customers whose e-mail is easy to type on the customer's page.
EASY = (
    ("ada", "Ada Byron", "priority"),
    ("grace", "Grace Hope", "plus"),
    ("alan", "Alan Moss", "standard"),
    ("maya", "Maya Nair", "plus"),
    ("tom", "Tom Archer", "standard"),
    ("zoe", "Zoe Quinn", "priority"),
)

LIKES = (
    "",
    "",
    "",
    "e-mail rather than calls",
    "calls after 18:00 only",
    "short answers",
    "to be called by first name",
    "no calls before 9:00",
    "everything in writing",
)


def rep_name(number: int) -> str:
    """Return the name of the ``number``-th rep; the first few hundred all differ."""
    return f"{GIVEN[(number * 47 + 5) % len(GIVEN)]} {SURNAMES[(number * 64 + 7) % len(SURNAMES)]}"


def agent_id(name: str) -> str:
    """Return what the telephone system calls a rep of this name."""
    return name.lower().replace(" ", ".")


def email(name: str, number: int) -> str:
    """Return the e-mail address of the ``number``-th customer."""
    return f"{name.lower().replace(' ', '.')}.{number}@example.org"


def phone(number: int) -> str:
    """Return the telephone number of the ``number``-th customer (below 100,000): too long to reach anybody."""
    return f"+447700900{number % 100_000:05d}"
