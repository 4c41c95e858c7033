Feature: Staying logged in
  An access token lasts ten minutes, a refresh token is good for one use. Who uses one a second time has stolen it, or
  was stolen from: the whole session ends.

  Background:
    Given "ada@example.org" has an account
    And "ada@example.org" logs in

  @smoke
  Scenario: Refreshing hands out new tokens
    When "ada@example.org" refreshes the session
    Then the answer is 201
    When they read their account
    Then the answer is 200

  @smoke
  Scenario: A refresh token that is used twice ends the session
    Given "ada@example.org" refreshes the session
    When "ada@example.org" refreshes with the first refresh token
    Then the answer is 401
    When "ada@example.org" refreshes with the second refresh token
    Then the answer is 401

  Scenario: Another session survives that
    Given that is the phone session of "ada@example.org"
    And "ada@example.org" logs in
    And "ada@example.org" refreshes with the second refresh token
    When "ada@example.org" refreshes with the second refresh token
    Then the answer is 401
    When the phone session of "ada@example.org" is refreshed
    Then the answer is 201

  Scenario: Logging out ends the session
    When they log out
    Then the answer is 204
    When "ada@example.org" refreshes the session
    Then the answer is 401
    When they read their account
    Then the answer is 401

  Scenario: Nobody reads an account without a token
    Given nobody is logged in
    When they read their account
    Then the answer is 401
    And the answer's header "WWW-Authenticate" is 'Bearer realm="clowder"'

  Scenario: A change must say which version it is of
    When they change their name to "Countess" without saying which version they saw
    Then the answer is 428

  Scenario: A change of an older version is refused
    When they change their name to "Countess" as of version '"999"'
    Then the answer is 412

  @smoke
  Scenario: A deleted account is gone
    When they delete their account
    Then the answer is 204
    When they read their account
    Then the answer is 401
    When "ada@example.org" logs in
    Then the answer is 401
