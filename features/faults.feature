@faults
Feature: Under fire
  What breaks on the way to an answer is not felt, or is told truthfully, while people go on searching.
  Each scenario has a stack of its own with 3 search processes, and every search asks one of them.

  Scenario: One search process dies
    When 200 searches a second go on while search-killed: "one of 3 `search` killed with `kill -9`; the runner starts it again"
    Then no search fails

  Scenario: One search process goes silent
    When 200 searches a second go on while search-frozen: "one of 3 `search` frozen with `SIGSTOP`, woken after 10 s"
    Then no search fails

  Scenario: One search process is slow
    When 200 searches a second go on while search-slow: "a stand-in beside 3 `search` answers 50 times slower, after 100 ms, for 20 s"
    Then no search fails
    And the odd one is asked at least once, and by fewer than 40 searches

  Scenario: One search process refuses
    When 200 searches a second go on while search-refusing: "a stand-in beside 3 `search` refuses everything at once with 503 for 20 s"
    Then no search fails
    And the odd one is asked at least once, and by fewer than 40 searches

  Scenario: All search processes die and come back
    When 200 searches a second go on while search-gone: "all 3 `search` killed with `kill -9` at once; the runner starts them again"
    Then every search that fails is answered with 503 and a problem
    And no search fails after 10 seconds

  Scenario: A new version is rolled out, twenty times
    When 200 searches a second go on while rolling-restart: "every `search` stopped in order and replaced, one after the other, 20 times"
    Then no search fails
    And 60 processes are replaced

  Scenario: The registry is gone for a minute
    When 200 searches a second go on while registry-gone: "the registry's directory renamed away for 60 s, and put back"
    Then no search fails

  Scenario: More comes than can be answered
    When 200 searches a second go on while overload: "5 times as many requests as 3 stand-ins in the place of `search` can answer, for 30 s"
    Then at least 90 percent of what can be answered is
    And every search that fails is answered with 503 and a problem
    And no search fails after 10 seconds

  Scenario: Everything would be tried again
    When 200 searches a second go on while retry-storm: "each of 3 stand-ins in the place of `search` refuses 40 of 100 requests with 503 for 20 s"
    Then the search processes see at most 120 percent of the searches and 10 requests a second
    And every search that fails is answered with 503 and a problem

  Scenario: Clients that are slow on purpose
    When 200 searches a second go on while slow-clients: "5000 clients: a third sends one byte of a head a second, a third one byte of a body, a third asks for much and reads nothing"
    Then no search fails
    And 4998 slow clients are sent away in time
    And the p99 of searches stays below twice the normal one and 50 ms

  Scenario: Connections come and go
    When 200 searches a second go on while connection-storm: "100000 connections opened and closed in 20 rounds, 512 at once"
    Then 100000 connections could be opened
    And the gateway has at most 5 descriptors more than before the load
    And the gateway holds less than 10 MiB more than before the connections

  Scenario: Clients of a TCP route ask, reset and half-close
    When 200 searches a second go on while tcp-route: "through a TCP route to `search`: 200 clients that ask in order, 200 that reset, 200 that half-close"
    Then no search fails
    And 200 clients of the route are answered, 0 are held, 0 connections are left
