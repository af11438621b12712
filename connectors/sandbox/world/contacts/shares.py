"""How often each thing occurs in a generated list. All are shares of 0..1 unless the comment says otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Shares:
    # --- who is in the list
    japanese: float = 0.70  # companies in Japan; the rest are in the United States
    foreign_in_japan: float = 0.05  # of people at Japanese companies, names from elsewhere
    japanese_abroad: float = 0.06  # of people at American companies
    foreign_abroad: float = 0.22  # of people at American companies: Indian, Chinese, ... names
    surnames: int = 2_000  # how many of the most common surnames are in use, in each language
    given_names: int = 300  # likewise for the given names of men and of women
    rare_surnames: float = 0.04  # surnames on no list
    rare_given: float = 0.10  # given names in unusual characters
    crowding: float = 1.1  # Pareto exponent of people per company: the larger, the fewer big companies
    largest: int = 250  # most people of one company
    family_firms: float = 0.06  # companies where fathers, sons and cousins work, most named after them
    same_name: float = 0.006  # colleagues who bear exactly the name of another one
    same_initial: float = 0.010  # colleagues with the surname and the initial of another one
    same_company_name: float = 0.015  # companies named like another one elsewhere

    # --- records
    repeats: float = 0.21  # records that repeat a person already in the list
    in_threes: float = 0.16  # of repeated people, those with three records
    in_fours: float = 0.04  # ... with four
    in_many: float = 0.01  # ... with five to seven
    hubspot: float = 0.58  # records in HubSpot; the rest in Salesforce
    cross_source: float = 0.80  # repeats in the other source

    # --- what befalls repeated people between two records
    job_changes: float = 0.06
    marriages: float = 0.015
    keeps_number: float = 0.5  # of job changes: the mobile number goes along
    keeps_private_mail: float = 0.25  # of job changes: both records show the private mailbox
    rebrands: float = 0.05  # companies that changed their domain, people keeping their local part

    # --- names as written
    romaji: float = 0.15  # of records of Japanese names
    katakana: float = 0.055
    half_width: float = 0.018
    hiragana: float = 0.022
    old_forms: float = 0.30  # of people whose surname has one: the old form is theirs, and some records show it
    wrong_kanji: float = 0.010  # other characters of the same reading
    swapped: float = 0.025  # given and family name in each other's field
    one_field: float = 0.14  # both names in full_name
    unspaced: float = 0.035  # both names in family_name
    honorifics: float = 0.03
    nicknames: float = 0.13  # of records of people who have one
    initials: float = 0.035
    name_typos: float = 0.012
    capitals: float = 0.03
    surname_only: float = 0.025

    # --- mail
    free_mail: float = 0.07  # people who use a private mailbox for business
    team_mailboxes: float = 0.025  # people who write from a mailbox of several
    unlisted_teams: float = 0.45  # of team mailboxes, names on no list of roles
    plus_tags: float = 0.025
    mail_capitals: float = 0.04
    full_width_mail: float = 0.008
    aliases: float = 0.028  # taro.yamada@ and t.yamada@
    mail_typos: float = 0.012
    private_mail: float = 0.018  # of records of people with a business mailbox
    gmail_dots: float = 0.12  # of records with a Gmail address

    # --- numbers
    main_number_only: float = 0.34  # people known by the company's main number
    mobile_numbers: float = 0.42
    direct_numbers: float = 0.12
    extensions: float = 0.14  # of main numbers
    number_typos: float = 0.008

    # --- companies as written
    untidy_company: float = 0.55  # other than in the official form
    branches: float = 0.07
    company_romaji: float = 0.05  # Japanese companies in Latin letters
    company_typos: float = 0.006

    # --- values left out
    no_name: float = 0.012
    no_email: float = 0.07
    no_phone: float = 0.15
    no_company: float = 0.07
    no_domain: float = 0.40
    no_title: float = 0.30
    no_city: float = 0.40


DEFAULT = Shares()
PRESETS = {
    "default": DEFAULT,
    "japanese_only": replace(DEFAULT, japanese=1.0, foreign_in_japan=0.02),
    "english_only": replace(DEFAULT, japanese=0.0, japanese_abroad=0.03),
    "few_names": replace(DEFAULT, surnames=90, given_names=60, rare_surnames=0.0, rare_given=0.0),
    "few_repeats": replace(DEFAULT, repeats=0.07),
    "many_repeats": replace(DEFAULT, repeats=0.51, in_threes=0.28, in_fours=0.10, in_many=0.03),
    "dirty": replace(
        DEFAULT,
        repeats=0.30,
        job_changes=0.12,
        marriages=0.03,
        romaji=0.25,
        katakana=0.09,
        half_width=0.03,
        wrong_kanji=0.03,
        swapped=0.06,
        one_field=0.25,
        unspaced=0.07,
        honorifics=0.06,
        nicknames=0.25,
        initials=0.08,
        name_typos=0.04,
        aliases=0.07,
        mail_typos=0.03,
        private_mail=0.08,
        number_typos=0.02,
        untidy_company=0.8,
        branches=0.15,
        company_typos=0.02,
        no_email=0.14,
        no_phone=0.25,
        no_company=0.12,
    ),
}
"""Sets to tune and to test on; `dataclasses.replace` makes more."""
