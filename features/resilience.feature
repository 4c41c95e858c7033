@own-stack
Feature: What breaks is not felt
  Processes die. Clients do not notice, or are told the truth.

  @no-cache
  Scenario: One of two search processes is killed under load
    Given the shelter lists these animals:
      | name    | species |
      | Biscuit | cat     |
    When "search-2" is killed in the middle of 200 searches a second for 4 seconds
    Then all 800 searches were answered
    And the stack says that "search-2" was ended by signal 9 and is started again

  @no-cache
  Scenario: One of two search processes is frozen under load
    Given the shelter lists these animals:
      | name    | species |
      | Biscuit | cat     |
    When "search-2" is frozen for 2 seconds in the middle of 200 searches a second for 6 seconds
    Then all 1200 searches were answered

  @no-cache
  Scenario: A search process that cannot serve joins the others
    Given the shelter lists these animals:
      | name    | species |
      | Biscuit | cat     |
    When a search process that refuses everything joins in the middle of 200 searches a second for 6 seconds
    Then all 1200 searches were answered
    And it was asked, and fewer than 20 times

  @no-cache
  Scenario: A search process that is slow joins the others
    Given the shelter lists these animals:
      | name    | species |
      | Biscuit | cat     |
    When a search process that takes 500 ms joins in the middle of 200 searches a second for 6 seconds
    Then all 1200 searches were answered
    And it was asked, and fewer than 20 times

  @no-cache
  Scenario: The registry goes away and comes back
    Given the shelter lists these animals:
      | name    | species |
      | Biscuit | cat     |
    When the registry goes away for 2 seconds in the middle of 200 searches a second for 6 seconds
    Then all 1200 searches were answered

  Scenario: The mail worker is killed while it sends
    When 30 people sign up while mail-worker-1 is killed 3 times
    Then every one of them gets exactly one mail "Confirm your address"

  @no-restart @stops-containers
  Scenario: A search that cannot be answered is no empty list
    When all search processes are killed
    And a client sends GET "/v1/listings"
    Then the answer is 503
    And the answer is a problem of kind "unavailable"
    When "ada@example.org" signs up as "Ada"
    Then the answer is 202

  Scenario: A dead worker delays mails and loses none
    Given the process "mail-worker-1" is killed
    When "ada@example.org" signs up as "Ada"
    Then the answer is 202
    When a client sends GET "/v1/listings"
    Then the answer is 200
    And the stack says that "mail-worker-1" was ended by signal 9 and is started again
    And a mail "Confirm your address" reaches "ada@example.org"
