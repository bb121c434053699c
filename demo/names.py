"""Names for people who do not exist: written down by hand, from the many places where Stockport's people come from.

First and family names of one line belong together more often than not; a tenth of all people mix them.
"""

STREETS = (
    "Heronsgill Walk", "Thistlebank Rise", "Fernhollow Lane", "Cobblersfold", "Ravenspool Avenue", "Quarrymoss Street",
    "Linnetsbrow", "Dyersgate Close", "Otterslack Road", "Millpondfield", "Hawkernook", "Saltersmede Terrace",
)  # fmt: skip
"""Made up, each of them."""

FAMILIES: tuple[tuple[int, str, str], ...] = (
    (
        60,
        "Alan Amy Andrew Barbara Brian Callum Carol Chloe Christine Colin Craig Danielle Deborah Derek Donna Doreen "
        "Emma Eric Frank Gareth Gary Gillian Gordon Grace Hannah Harold Heather Helen Ian Irene Jack Janet Jason Jean "
        "Joan Joanne Joe Joyce Judith Keith Kelly Kevin Laura Leanne Leslie Linda Lorraine Lucy Margaret Marjorie Mark "
        "Martin Maureen Michelle Neil Nicola Norman Pamela Patricia Paul Pauline Peter Rachel Raymond Rebecca Rita "
        "Roger Ronald Ruth Sandra Sarah Sharon Sheila Simon Stanley Stephen Stuart Susan Sylvia Terence Tracey Valerie "
        "Vera Wayne Wendy",
        "Ackroyd Arden Ashworth Barlow Beswick Birtles Bowden Bradbury Broadhurst Cartwright Chadwick Clough Cooper "
        "Crabtree Dean Eccles Entwistle Fielding Garside Goddard Greenhalgh Hadfield Hallam Hampson Hargreaves Heywood "
        "Hibbert Holt Howarth Ingham Jackson Kershaw Leigh Lomas Mellor Moss Naylor Newton Ogden Openshaw Parkin "
        "Pickford Platt Radcliffe Rigby Royle Schofield Shaw Sidebottom Swindells Taylor Thornley Tudor Unsworth "
        "Warburton Whitehead Whittaker Wild Worsley Yates",
    ),
    (
        12,
        "Aamir Aisha Amina Bilal Farhan Fatima Hamza Imran Khadija Nadia Nasreen Rukhsana Saima Samina Tariq Usman "
        "Yasmin Zahra",
        "Ahmed Akhtar Ali Begum Butt Chaudhry Hussain Iqbal Khan Mahmood Malik Mirza Qureshi Raza Shah Siddiqui",
    ),
    (
        7,
        "Amit Anjali Deepa Harpreet Jaswinder Kavita Manjit Meena Nikhil Pooja Rajesh Sanjay Sunita Vikram",
        "Bains Chopra Desai Gill Joshi Kaur Mistry Nair Patel Rao Sandhu Sharma Singh",
    ),
    (
        6,
        "Abena Adaeze Chidi Comfort Delroy Emeka Grace Ifeoma Kofi Kwame Marcia Ngozi Temi Winston Yetunde",
        "Adeyemi Afolabi Agyeman Asante Boateng Campbell Clarke Eze Mensah Nwosu Okafor Okonkwo Osei Owusu",
    ),
    (
        6,
        "Agnieszka Andrzej Ewa Jolanta Katarzyna Krzysztof Magda Marek Pawel Tomasz Zofia",
        "Dabrowski Kaminski Kowalska Kowalski Lewandowska Mazur Nowak Wisniewski Wojcik Zielinska",
    ),
    (
        5,
        "Aoife Bernadette Brendan Bridget Ciaran Declan Kathleen Maeve Niamh Noreen Patrick Sean Siobhan",
        "Brennan Byrne Connolly Doyle Duffy Flanagan Gallagher Keane Murphy O'Brien O'Neill Quinn",
    ),
    (
        4,
        "Fang Hoi-Yan Jing Ka-Ming Li Mei Siu-Fong Wai-Man Wei Xin Ying",
        "Chan Cheung Ho Lam Lau Leung Wong Yeung Zhang Zhao",
    ),
    (
        5,
        "Ahmad Darya Farid Ghazal Hassan Layla Leila Mahsa Nour Omid Parisa Rami Reza Yusuf",
        "Abdi Ahmadi Al-Masri Haidari Hosseini Karimi Mohamud Noori Rahimi Saleh Tehrani Warsame",
    ),
)
"""How often of a hundred, first names, family names."""
