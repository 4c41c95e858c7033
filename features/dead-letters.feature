@own-stack @stops-containers
Feature: Mails that cannot be delivered
  A mail that failed too often is kept with its history, and an operator sends it again when the cause is gone.

  Scenario: A dead letter tells what happened and is replayed
    Given mails cannot be delivered
    And "ada@example.org" signs up as "Ada"
    And the answer is 202
    And the operator is logged in
    Then there comes to be 1 dead letter
    When they look at the first dead letter
    Then the answer is 200
    And the answer's "template" is "verification"
    And the answer's "correlationId" is "$story"
    And the dead letter tells of 3 attempts
    And the dead letter hides its recipient and its token
    When mails can be delivered again
    And they replay that dead letter
    Then the answer is 202
    And a mail "Confirm your address" reaches "ada@example.org"
    And there come to be 0 dead letters
    Given nobody is logged in
    When the token in the mail confirms the address
    Then the answer is 200

  Scenario: All dead letters are replayed at once
    Given mails cannot be delivered
    And "ada@example.org" signs up as "Ada"
    And "grace@example.org" signs up as "Grace"
    And the operator is logged in
    Then there come to be 2 dead letters
    When mails can be delivered again
    And they replay all dead letters
    Then the answer is 202
    And the answer's "replayed" is "2"
    And every one of them gets exactly one mail "Confirm your address"

  Scenario: A dead letter is deleted
    Given mails cannot be delivered
    And "ada@example.org" signs up as "Ada"
    And the operator is logged in
    Then there comes to be 1 dead letter
    When they delete the first dead letter
    Then the answer is 204
    And there come to be 0 dead letters
