Feature: One ID tells the whole story
  Every request has a correlation ID; it goes wherever the request leads.

  Scenario: A sign-up's ID is in the answer and in the mail
    When "ada@example.org" signs up as "Ada"
    Then the answer's header "X-Correlation-ID" is "$story"
    And a mail "Confirm your address" reaches "ada@example.org"
    And the mail's header "X-Correlation-ID" is the scenario's correlation ID

  @reads-logs
  Scenario: A sign-up is found in every log
    When "ada@example.org" signs up as "Ada"
    And a mail "Confirm your address" reaches "ada@example.org"
    Then the correlation ID is found in the logs of:
      | process     | line                                 |
      | gateway     | request finished                     |
      | users       | request finished                     |
      | users       | message relayed from outbox to queue |
      | mail-worker | mail delivered                       |
    And all log lines of the story have one trace ID

  Scenario: A refusal names the ID
    When a client sends GET "/v1/accounts/me"
    Then the answer is 401
    And the answer's header "X-Correlation-ID" is "$story"
    And the answer's "correlationId" is "$story"

  Scenario Outline: A bad ID is replaced: <id>
    When a client sends GET "/v1/listings" with the correlation ID "<id>"
    Then the answer is 200
    And the answer carries a correlation ID of its own, not "<id>"

    Examples:
      | id                   |
      | with space           |
      | <script>             |
      | {\"level\":\"x\"}    |
