Feature: Searching for animals
  An empty list means that nothing fits. It never means that something is broken.

  Background:
    Given the shelter lists these animals:
      | name      | species | primaryColor | sex    | intakeOn   | outcomeType | description                     |
      | Biscuit   | cat     | brown tabby  | Female | 2024-01-05 |             | Shy at first, then a lap cat    |
      | Bismarck  | dog     | black        | Male   | 2024-02-10 | adoption    | Loves long walks                |
      | *Clover   | cat     | black        | Female | 2024-03-15 |             | Gets along with every dog       |
      | Domino    | rabbit  | white        | Male   | 2023-12-24 | adoption    | Quiet home with a sunny window  |
      | Señor Paw | cat     | orange       | Male   | 2024-04-01 | transfer    | Named by children               |

  Scenario: A word is found in any field
    When someone searches for "black"
    Then the animals found are "Bismarck, *Clover"

  @smoke
  Scenario: All words have to fit
    When someone searches for "black cat"
    Then the animals found are "*Clover"

  Scenario: Case and accents do not matter
    When someone searches for "SENOR"
    Then the animals found are "Señor Paw"

  Scenario: A star finds beginnings of words
    When someone searches for "bis*"
    Then the animals found are "Biscuit, Bismarck"

  Scenario: Quotes find words that follow each other
    When someone searches for '"sunny window"'
    Then the animals found are "Domino"

  Scenario: Words in another order are no phrase
    When someone searches for '"window sunny"'
    Then no animal is found

  Scenario: A name that staff gave keeps its star and is found without it
    When someone searches for "clover"
    Then the animals found are "*Clover"

  Scenario: Nothing fits
    When someone searches for "giraffe"
    Then no animal is found
    And the answer has no "nextCursor"

  Scenario Outline: A filter narrows down: <filter>
    When someone searches with "<filter>"
    Then the animals found are "<animals>"

    Examples:
      | filter                                   | animals                       |
      | species=cat                              | Biscuit, *Clover, Señor Paw   |
      | species=cat&color=black                  | *Clover                       |
      | sex=Male&outcome=adoption                | Bismarck, Domino              |
      | intakeFrom=2024-02-10                    | Bismarck, *Clover, Señor Paw  |
      | intakeTo=2024-02-10                      | Biscuit, Bismarck, Domino     |
      | intakeFrom=2024-01-01&intakeTo=2024-01-31 | Biscuit                      |
      | q=cat&sex=Male                           | Señor Paw                     |

  Scenario: The newest come first when asked for
    When someone searches with "sort=newest"
    Then the animals found are, in this order, "Señor Paw, *Clover, Bismarck, Biscuit, Domino"

  Scenario: A name counts for more than a description
    When someone searches with "q=dog&sort=relevance"
    Then the animals found are, in this order, "Bismarck, *Clover"

  @smoke
  Scenario: Facets count what was found
    When someone searches with "limit=1"
    Then the answer's "total" is "5"
    And the facet "species" counts "cat 3, dog 1, rabbit 1"
    And the facet "sex" counts "Male 3, Female 2"

  Scenario Outline: Pages of <size> show every animal once
    When someone walks through all animals, <size> a page
    Then they have seen 5 animals, none of them twice

    Examples:
      | size |
      | 1    |
      | 2    |
      | 5    |

  Scenario Outline: A bad query is told so: <query>
    When someone searches with "<query>"
    Then the answer is 400
    And the answer is a problem of kind "invalid-query"

    Examples:
      | query                 |
      | q=                    |
      | q=***                 |
      | limit=0               |
      | limit=101             |
      | limit=ten             |
      | sort=oldest           |
      | intakeFrom=2024-02-30 |
      | cursor=made-up        |
      | colour=black          |
      | q=cat&q=dog           |

  Scenario: A query that is no UTF-8 is told so
    When someone searches with "q=%FF"
    Then the answer is 400
    And the answer is a problem of kind "malformed-query"

  Scenario: A query may have 200 characters
    When someone searches for a word of 200 letters
    Then no animal is found

  Scenario: A query may not have more
    When someone searches for a word of 201 letters
    Then the answer is 400

  Scenario Outline: The search language of the engine has no meaning here: <text>
    When someone searches for "<text>"
    Then the answer is 200

    Examples:
      | text              |
      | cat AND NOT dog   |
      | NEAR(cat dog)     |
      | name:biscuit      |
      | cat\" OR \"1      |
      | ^cat              |
      | {name} : cat      |
      | '; DROP TABLE x-- |
