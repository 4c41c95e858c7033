Feature: Logging in
  A failed log-in tells nothing about who has an account.

  Background:
    Given "ada@example.org" has an account

  Scenario: The right password opens a session
    When "ada@example.org" logs in
    Then the answer is 201
    And the answer's "tokenType" is "Bearer"
    And the answer's "expiresIn" is "600"
    When they read their account
    Then the answer is 200
    And the answer's "verified" is "true"

  Scenario: An unknown address is refused like a wrong password
    When "ada@example.org" logs in with the password "not the right one"
    And "nobody@example.org" logs in with the password "not the right one"
    Then the answer is 401
    And both answers are the same but for their correlation

  Scenario: The right password is not enough before the address is confirmed
    Given "eve@example.org" signs up as "Eve"
    When "eve@example.org" logs in
    Then the answer is 403
    And the answer is a problem of kind "address-not-verified"

  Scenario: A wrong password is refused the same way before the address is confirmed
    Given "eve@example.org" signs up as "Eve"
    When "ada@example.org" logs in with the password "not the right one"
    And "eve@example.org" logs in with the password "not the right one"
    Then the answer is 401
    And both answers are the same but for their correlation

  Scenario: The address may be written in another case
    When "ada@example.org" logs in with the address in capitals
    Then the answer is 201

  Scenario: Changing the password ends all other sessions
    Given "ada@example.org" logs in
    And that is the phone session of "ada@example.org"
    And "ada@example.org" logs in
    When they change their password from "correct horse battery staple" to "a new set of words"
    Then the answer is 204
    When the phone session of "ada@example.org" is refreshed
    Then the answer is 401
    When "ada@example.org" refreshes the session
    Then the answer is 201
    When "ada@example.org" logs in
    Then the answer is 401
    When "ada@example.org" logs in with the password "a new set of words"
    Then the answer is 201

  Scenario: The password is not changed without the old one
    Given "ada@example.org" logs in
    When they change their password from "not the right one" to "a new set of words"
    Then the answer is 401
    When "ada@example.org" logs in
    Then the answer is 201

  @smoke
  Scenario: A forgotten password is replaced by a token in a mail
    When "ada@example.org" asks for a new password
    Then the answer is 202
    And a mail "Choose a new password" reaches "ada@example.org"
    When the token in the mail sets the password "a new set of words"
    Then the answer is 204
    When the token in the mail sets the password "yet another set"
    Then the answer is 410
    When "ada@example.org" logs in with the password "a new set of words"
    Then the answer is 201
    And a mail "Your password was changed" reaches "ada@example.org"

  Scenario: Asking for a new password tells nothing either
    When "ada@example.org" asks for a new password
    Then the answer is 202
    When "nobody@example.org" asks for a new password
    Then the answer is 202
