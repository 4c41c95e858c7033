Feature: Who may do what
  What is not allowed is forbidden: at the gateway, and again in the service that owns the data.

  Scenario Outline: <who> sends <method> <path>
    Given the <who> is logged in
    When a client sends <method> "<path>"
    Then the answer is <status>

    Examples: Reading is for everybody
      | who    | method | path                   | status |
      | nobody | GET    | /v1/listings           | 200    |
      | member | GET    | /v1/listings           | 200    |
      | nobody | GET    | /.well-known/jwks.json | 200    |

    Examples: Removing listings is for shelters and administrators
      | who      | method | path               | status |
      | nobody   | DELETE | /v1/listings/$board | 401   |
      | member   | DELETE | /v1/listings/$board | 403   |
      | operator | DELETE | /v1/listings/$board | 403   |
      | shelter  | DELETE | /v1/listings/$board | 404   |
      | admin    | DELETE | /v1/listings/$board | 404   |

    Examples: Dead letters are for operators and administrators
      | who      | method | path                  | status |
      | nobody   | GET    | /v1/mail/dead-letters | 401    |
      | member   | GET    | /v1/mail/dead-letters | 403    |
      | shelter  | GET    | /v1/mail/dead-letters | 403    |
      | operator | GET    | /v1/mail/dead-letters | 200    |
      | admin    | GET    | /v1/mail/dead-letters | 200    |

  @smoke
  Scenario: An administrator makes somebody a shelter
    Given "ada@example.org" has an account
    And "ada@example.org" logs in
    When "ada@example.org" is given the role "shelter"
    Then the answer is 200
    And the answer's "roles" is "shelter"
    When "ada@example.org" logs in
    And they write the listing "$board-1" with
      """
      {"species":"cat"}
      """
    Then the answer is 201

  Scenario: An unknown role is refused
    Given "ada@example.org" has an account
    And "ada@example.org" logs in
    When "ada@example.org" is given the roles "shelter emperor"
    Then the answer is 422
    And the answer's "errors/0/pointer" is "/roles/1"

  Scenario: Only administrators give roles
    Given "ada@example.org" has an account
    And "ada@example.org" logs in
    When a client sends PUT "/v1/accounts/me-or-anybody/roles" with the body
      """
      {"roles":["admin"]}
      """
    Then the answer is 403

  Scenario: A token that nobody signed is refused
    Given a client that uses the access token "eyJhbGciOiJub25lIn0.eyJyb2xlcyI6WyJhZG1pbiJdfQ."
    When a client sends GET "/v1/accounts/me"
    Then the answer is 401
