Feature: Importing listings
  One JSON object a line. A bad line is reported by its number and never stops the good ones.

  @smoke
  Scenario: Good lines are taken, bad ones reported
    Given the shelter is logged in
    When they import these lines:
      """
      {"id":"$board-1","species":"cat","name":"Biscuit","jurisdiction":"$board"}
      {"id":"$board-2","species":"dog"
      {"animalID":"$board-3","species":"dog","name":"Domino","jurisdiction":"$board"}
      {"id":"$board-4","name":"No species"}

      {"id":"$board-5","species":"cat","bornOn":"yesterday"}
      """
    Then the answer is 200
    And the answer's "accepted" is "2"
    And the answer's "rejected" is "3"
    And the bad lines are:
      | line | pointer  | rule     |
      | 2    |          | json     |
      | 4    | /species | required |
      | 6    | /bornOn  | date     |
    When someone searches with "sort=newest"
    Then the animals found are "Biscuit, Domino"

  Scenario: The same lines again change nothing
    Given the shelter is logged in
    And they import these lines:
      """
      {"id":"$board-1","species":"cat","name":"Biscuit"}
      """
    When they import these lines:
      """
      {"id":"$board-1","species":"cat","name":"Biscuit"}
      """
    Then the answer's "unchanged" is "1"
    And the answer's "accepted" is "0"
    And the answer's "replaced" is "0"

  Scenario: Of one animal's intakes the latest wins, whatever their order
    Given the shelter is logged in
    When they import these lines:
      """
      {"id":"$board-1","species":"cat","name":"Second","intakeOn":"2024-02-01"}
      {"id":"$board-1","species":"cat","name":"Third","intakeOn":"2024-03-01"}
      {"id":"$board-1","species":"cat","name":"First","intakeOn":"2024-01-01"}
      """
    Then the answer's "accepted" is "1"
    And the answer's "replaced" is "1"
    And the answer's "unchanged" is "1"
    When someone opens the listing "$board-1"
    Then the answer's "name" is "Third"

  Scenario: An animal that found a home is imported again
    Given the shelter is logged in
    And they import these lines:
      """
      {"id":"$board-1","species":"cat","name":"Biscuit","intakeOn":"2024-02-01"}
      """
    When they import these lines:
      """
      {"id":"$board-1","species":"cat","name":"Biscuit","intakeOn":"2024-02-01","outcomeOn":"2024-03-01","outcomeType":"adoption"}
      """
    Then the answer's "replaced" is "1"
    When someone opens the listing "$board-1"
    Then the answer's "outcomeType" is "adoption"

  Scenario: Only the first hundred errors are reported, all are counted
    Given the shelter is logged in
    When they import 400 lines of which every 2th is bad
    Then the answer's "accepted" is "200"
    And the answer's "rejected" is "200"
    And the first 100 bad lines are reported

  Scenario: A member may not import
    Given the member is logged in
    When they import these lines:
      """
      {"id":"$board-1","species":"cat"}
      """
    Then the answer is 403
    When someone opens the listing "$board-1"
    Then the answer is 404

  Scenario: The command reports bad lines and says so in its exit code
    When somebody runs the import command on a file with
      """
      {"id":"$board-1","species":"cat","name":"Biscuit"}
      {"id":"$board-2"}
      """
    Then the command ends with exit code 2
    And the command says "1 accepted, 0 replaced, 0 unchanged, 1 rejected"
    And the command says "line 2: /species is required"

  Scenario: The command ends with 0 when every line was taken
    When somebody runs the import command on a file with
      """
      {"id":"$board-1","species":"cat","name":"Biscuit"}
      """
    Then the command ends with exit code 0
