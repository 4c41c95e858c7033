Feature: Signing up and confirming an address
  Who wants an account says so, and proves by a token in a mail that the address is theirs.
  Nobody learns from an answer whether an address has an account.

  @smoke
  Scenario: A newcomer signs up and confirms the address
    When "ada@example.org" signs up as "Ada" with the password "a quiet cat on a warm sill"
    Then the answer is 202
    And the answer's "status" is "verification-pending"
    And a mail "Confirm your address" reaches "ada@example.org"
    And the mail has one plain and one HTML part that say "Hello Ada"
    When the token in the mail confirms the address
    Then the answer is 200
    And the answer's "status" is "verified"
    When "ada@example.org" logs in with the password "a quiet cat on a warm sill"
    Then the answer is 201

  Scenario: A link scanner does not use the token up
    Given "grace@example.org" signs up as "Grace"
    And a mail "Confirm your address" reaches "grace@example.org"
    When a link scanner opens the mail's link 3 times
    Then the page has a button
    When the token in the mail confirms the address
    Then the answer is 200

  Scenario: A token confirms an address only once
    Given "ada@example.org" signs up as "Ada"
    And a mail "Confirm your address" reaches "ada@example.org"
    And the token in the mail confirms the address
    When the token in the mail confirms the address
    Then the answer is 410
    And the answer is a problem of kind "token-gone"

  Scenario: A token that was never sent confirms nothing
    When a client sends POST "/v1/accounts/verify" with the body
      """
      {"token":"bm90LWEtdG9rZW4tdGhhdC13YXMtZXZlci1zZW50LW91dA"}
      """
    Then the answer is 410
    And the answer is a problem of kind "token-gone"

  Scenario: A known address gets the same answer, and its owner a mail
    Given "ada@example.org" has an account
    When "new@example.org" signs up as "Somebody new"
    And "ada@example.org" signs up as "Somebody else" with the password "not the owner of this"
    Then both answers are the same but for their correlation
    And a mail "You already have an account" reaches "ada@example.org"
    When "ada@example.org" logs in with the password "not the owner of this"
    Then the answer is 401

  Scenario: Another confirmation mail brings another token
    Given "ada@example.org" signs up as "Ada"
    And a mail "Confirm your address" reaches "ada@example.org"
    When "ada@example.org" asks for another confirmation mail
    Then the answer is 202
    And another mail "Confirm your address" reaches "ada@example.org"
    When the token in the mail confirms the address
    Then the answer is 200

  Scenario: Who asks for another mail after others used the address chooses the password
    Given "ada@example.org" signs up as "Mallory" with the password "mallory was here first"
    And "ada@example.org" signs up as "Ada" with the password "this is my own address"
    When "ada@example.org" asks for another confirmation mail
    Then a mail "Choose a new password" reaches "ada@example.org"
    When the token in the mail sets the password "chosen by the owner"
    Then the answer is 204
    When "ada@example.org" logs in with the password "mallory was here first"
    Then the answer is 401
    When "ada@example.org" logs in with the password "chosen by the owner"
    Then the answer is 201

  Scenario: Every bad field is named at once
    When a client sends POST "/v1/accounts" with the body
      """
      {"email":"not an address","name":"","password":"short","admin":true}
      """
    Then the answer is 422
    And the answer is a problem of kind "invalid-input"
    And the answer names these fields:
      | pointer   | rule      |
      | /email    | email     |
      | /name     | not-blank |
      | /name     | length    |
      | /password | bytes     |
      | /admin    | unknown   |

  Scenario Outline: A name comes back as it was sent: <name>
    Given "ada@example.org" has an account
    And "ada@example.org" logs in
    And they read their account
    When they change their name to "<name>" as they last saw the account
    Then the answer is 200
    And the answer's name is "<name>", byte for byte

    Examples:
      | name             |
      | Zoë Ångström     |
      | Zoë             |
      | 田中さん         |
      | O'Brien & <Sons> |
      | محمد             |
      | 👩‍👩‍👧             |
