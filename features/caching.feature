Feature: What many ask is fetched once
  The gateway keeps the answers to searches for a moment. Nobody sees what is no longer true.

  Background:
    Given the shelter lists these animals:
      | name    | species |
      | Biscuit | cat     |

  Scenario: The second one who asks is served from the cache
    When someone searches for "cat"
    Then the animals found are "Biscuit"
    And the answer's header "Cache-Status" is "clowder; fwd=uri-miss; stored"
    When someone searches for "cat"
    Then the animals found are "Biscuit"
    And the answer comes from the cache

  @smoke
  Scenario: A change is seen by the next search
    When someone searches for "cat"
    Then the animals found are "Biscuit"
    Given the shelter lists these animals:
      | name   | species |
      | Clover | cat     |
    When someone searches for "cat"
    Then the animals found are "Biscuit, Clover"

  Scenario: Whoever has the answer already is told so
    When someone searches for "cat"
    And they search for the same again
    Then the answer is 304

  @own-stack @no-restart @stops-containers
  Scenario: What was found before can be found while all search processes are gone
    When someone searches for "cat"
    Then the animals found are "Biscuit"
    When all search processes are killed
    And someone searches for "cat" until an old answer takes the place of a newer one
    Then the animals found are "Biscuit"
    When someone searches for "dog"
    Then the answer is 503
