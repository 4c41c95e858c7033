Feature: An API that explains itself
  Every refusal is a problem with a kind, and says what would have been right.

  Scenario Outline: <method> <path> is told <status>
    When a client sends <method> "<path>"
    Then the answer is <status>
    And the answer is a problem of kind "<kind>"

    Examples:
      | method | path                | status | kind               |
      | GET    | /v1/nothing         | 404    | not-found          |
      | GET    | /v1/accounts/verify | 405    | method-not-allowed |
      | REPORT | /v1/listings        | 501    | unknown-method     |

  Scenario: A wrong method is told the right ones
    When a client sends DELETE "/v1/sessions"
    Then the answer is 405
    And the answer's header "Allow" is "OPTIONS, POST"

  Scenario: A body of another type is refused
    When a client sends POST "/v1/sessions" with the body
      """text/plain
      email=ada@example.org
      """
    Then the answer is 415

  Scenario: The description of the API is JSON
    When a client sends GET "/openapi.json"
    Then the answer is 200
    And the answer's "openapi" is "3.1.0"

  Scenario: A body that is no JSON is refused with its place
    When a client sends POST "/v1/sessions" with the body
      """
      {"email":"ada@example.org",}
      """
    Then the answer is 400
