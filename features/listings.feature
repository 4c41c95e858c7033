Feature: One animal's listing
  Shelters write listings, everybody reads them. Nobody overwrites what they have not seen.

  Background:
    Given the shelter lists these animals:
      | name    | species |
      | Biscuit | cat     |

  Scenario: Everybody can read a listing
    When someone opens the listing "$board-1"
    Then the answer is 200
    And the answer's "name" is "Biscuit"
    And the answer's "jurisdiction" is "$board"

  Scenario: A listing that is not there
    When someone opens the listing "$board-2"
    Then the answer is 404
    And the answer is a problem of kind "not-found"

  Scenario: A shelter adds a listing
    Given the shelter is logged in
    When they write the listing "$board-2" with
      """
      {"species":"dog","name":"Domino","jurisdiction":"$board"}
      """
    Then the answer is 201
    And the answer's header "Location" is "/v1/listings/$board-2"
    When someone searches for "domino"
    Then the animals found are "Domino"

  @smoke
  Scenario: A shelter changes a listing as it last saw it
    Given the shelter is logged in
    And someone opens the listing "$board-1"
    When they write the listing "$board-1" as they last saw it, with
      """
      {"species":"cat","name":"Biscuit the Second","jurisdiction":"$board"}
      """
    Then the answer is 200
    When someone searches for "second"
    Then the animals found are "Biscuit the Second"

  @smoke
  Scenario: A change of an older version is refused
    Given the shelter is logged in
    When they write the listing "$board-1" as of version '"999"', with
      """
      {"species":"cat"}
      """
    Then the answer is 412
    When someone opens the listing "$board-1"
    Then the answer's "name" is "Biscuit"

  @smoke
  Scenario: A shelter removes a listing
    Given the shelter is logged in
    When they delete the listing "$board-1"
    Then the answer is 204
    When someone opens the listing "$board-1"
    Then the answer is 404
    When someone searches for "biscuit"
    Then no animal is found

  Scenario: A removal of an older version is refused
    Given the shelter is logged in
    When they delete the listing "$board-1" as of version '"999"'
    Then the answer is 412

  Scenario: Every bad field of a listing is named
    Given the shelter is logged in
    When they write the listing "$board-1" with
      """
      {"name":7,"bornOn":"2024-02-30","age":3}
      """
    Then the answer is 422
    And the answer names these fields:
      | pointer  | rule     |
      | /species | required |
      | /name    | type     |
      | /bornOn  | date     |
      | /age     | unknown  |
