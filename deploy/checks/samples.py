"""Tiny sources that prove the rules: for each pattern, code it must find and code it must leave alone."""

from __future__ import annotations

DOMAIN = "Services/Search/Domain/Sample.swift"
SERVICE = "Services/Search/Service/Sample.swift"
MAIN = "Services/Search/Main/Sample.swift"
SHARED = "Shared/Discovery/Sample.swift"
TESTS = "Tests/Shared/DiscoveryTests/SampleTests.swift"
STACK = "deploy/local/LocalStack/Sample.swift"

# Pattern, path, text, and the line of each finding: none means that the text is good.
PATTERNS = [
    ("task", SHARED, "func go() {\n    Task { await run() }\n}", [2]),
    (
        "task", SERVICE,
        "let a = Task(priority: .low) { 1 }\nTask.detached { }\nlet b = Task<Int, Never> { 2 }",
        [1, 2, 3],
    ),
    (
        "task", SHARED,
        'group.addTask { run() }\nlet a: Task<Int, Never>?\n// Task { }\nlet b = "Task { }"\n'
        'Task.isCancelled',
        [],
    ),
    ("task", TESTS, "let a = Task { 1 }", []),
    ("shared-instance", SHARED, "struct A {\n    static let shared = A()\n}", [2]),
    ("shared-instance", SHARED, "struct A {\n    static let sharedSecretLength = 32\n}", []),
    ("global-variable", SHARED, "var count = 0\nprivate var text: String?\n", [1, 2]),
    ("global-variable", SHARED, "enum A {\n    nonisolated static var count: Int = 0\n}", [2]),
    (
        "global-variable", SHARED,
        "enum A {\n    @TaskLocal private static var bound: Int?\n    static var one: Int { 1 }\n"
        "    var x = 1\n}",
        [],
    ),
    ("global-variable", SHARED, "var one: Int { 1 }\nlet two = 2", []),
    ("signed-character", SHARED, "let a = CChar(bitPattern: 1)\nlet b = c.map(UInt8.init(bitPattern:))", [1, 2]),
    ("signed-character", SHARED, "let a = CChar(truncatingIfNeeded: 1)\nlet b = Int64(bitPattern: 2)", []),
    ("full-foundation", SHARED, "public import Foundation\nimport struct Foundation.Date", [1, 2]),
    ("full-foundation", SHARED, "import FoundationEssentials\n// import Foundation", []),
    ("full-foundation", TESTS, "import Foundation", []),
    ("unchecked-concurrency", SHARED, "struct A: @unchecked Sendable {}\n@preconcurrency import B", [1, 2]),
    ("unchecked-concurrency", TESTS, "nonisolated(unsafe) let a = 1", [1]),
    ("unchecked-concurrency", SHARED, "struct A: Sendable {}\n// never @unchecked Sendable", []),
    ("force-try", TESTS, "let a = try! parse()", [1]),
    ("force-try", TESTS, "let a = try parse()", []),
    ("fatal-error", SHARED, 'func a() -> Never {\n    fatalError("no")\n}', [2]),
    ("fatal-error", SHARED, 'precondition(isOpen, "fatalError()")', []),
    ("unreproducible", DOMAIN, "let a = Date()\nlet b = UUID().uuidString\nlet c = Int.random(in: 0..<3)", [1, 2, 3]),
    ("unreproducible", SERVICE, 'let a = "\\(Date())"\nlet b = ContinuousClock().now\nlet c = d.shuffled()', [1, 2, 3]),
    ("unreproducible", SERVICE, "let a = Int.random(in: 0..<3, using: &generator)\nlet b = now()\nlet c: Date", []),
    ("unreproducible", MAIN, "let a = Date()", []),
    ("environment", SHARED, 'let a = ProcessInfo.processInfo\nlet b = getenv("HOME")', [1, 2]),
    ("environment", TESTS, "let a = ProcessInfo.processInfo", [1]),
    ("environment", MAIN, "let a = ProcessInfo.processInfo", []),
    ("environment", "Shared/ServiceRuntime/Configuration/Sample.swift", "let a = ProcessInfo.processInfo", []),
    ("environment", SHARED, "let a: ProcessInformation", []),
    (
        "sleep-in-tests", TESTS,
        "try await Task.sleep(for: .seconds(1))\nusleep(10)\nThread.sleep(forTimeInterval: 1)",
        [1, 2, 3],
    ),
    ("sleep-in-tests", TESTS, "try await ContinuousClock().sleep(for: .seconds(1))\nsleep(1)", [1, 2]),
    ("sleep-in-tests", TESTS, "try await clock.sleep(for: .seconds(1))\nfunc sleep(until deadline: Instant) {}", []),
    ("sleep-in-tests", SHARED, "try await Task.sleep(for: interval)", []),
    (
        "fixed-port", TESTS,
        'let a = "http://127.0.0.1:8080/"\nlet b = bind(port: 8080)\nlet port: Int = 8_080\n'
        'let c = "[::1]:9000"',
        [1, 2, 3, 4],
    ),
    ("fixed-port", TESTS, r'let a = "{\"port\": 8080}"', [1]),
    (
        "fixed-port", TESTS,
        'let a = bind(port: 0)\nlet b = "192.0.2.1:8080"\nlet c = Endpoint(host: "a.test", port: 8080)',
        [],
    ),
    ("fixed-port", TESTS, 'let a = "12:30:15"\nlet b = [1: 8080]\nlet c = "x \\(port)"\n// 127.0.0.1:8080', []),
    (
        "unbounded-stream", SHARED,
        "let a = AsyncStream.makeStream(of: Int.self)\nlet b = AsyncStream<Int> { c in }",
        [1, 2],
    ),
    ("unbounded-stream", SHARED, "let a = AsyncStream { $0.yield(1) }\nlet b = AsyncStream { [c] (d) in e }", [1, 2]),
    ("unbounded-stream", SHARED, "let a = AsyncThrowingStream { [self] in\n    try next()\n}", []),
    ("unbounded-stream", TESTS, "let a = makeStream(of: Int.self, bufferingPolicy: .unbounded)", [1]),
    (
        "unbounded-stream", SHARED,
        "let a = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))",
        [],
    ),
    (
        "unbounded-stream", SHARED,
        "var a: AsyncStream<Int> { b }\nfunc c() -> AsyncStream<Int> {\n    AsyncStream(unfolding: next)\n}",
        [],
    ),
    ("no-bound", SERVICE, "let a = try await body.collect(upTo: .max)\nlet b = read(limit: Int.max)", [1, 2]),
    ("no-bound", SERVICE, "let a = try await body.collect(upTo: limit)\nlet b = sizes.max()\nlet c = UInt64.max", []),
    ("no-bound", TESTS, "let a = Int.max", []),
    ("silent-try", SHARED, "let a = 1\nlet b = try? parse()", [2]),
    ("silent-try", SHARED, 'let a = "// not a comment"\ntry? parse()', [2]),
    (
        "silent-try", SHARED,
        "try? close()  // Nothing was written.\n// A courtesy.\ntry? remove()\n\nlet a = try parse()",
        [],
    ),
    ("empty-catch", SHARED, "do { try a() } catch {}\ndo { try a() } catch let error as B {\n}", [1, 2]),
    ("empty-catch", SHARED, "do { try a() } catch {\n    // A courtesy.\n}\ndo { try a() } catch { throw error }", []),
    ("todo", SHARED, "// TODO: finish\nlet a = 1  // FIXME", [1, 2]),
    ("todo", "docs/sample.md", "# Title\n\nTODO", [3]),
    ("todo", SHARED, "// The list of what is left to do.\nlet mastodon = 1", []),
    ("interpolated-log", SHARED, 'Logger.current.info("took \\(time)")\nlogger.debug("a" + b)', [1, 2]),
    (
        "interpolated-log", SERVICE,
        'context.logger.log(level: .info, "took \\(time)")\nlogger.warning(\n    "took \\(time)"\n)',
        [1, 2],
    ),
    ("interpolated-log", SHARED, 'logger.info("took", metadata: ["time": "\\(time)"])\nlet a = "\\(b)"\nlog(2)', []),
    ("empty-name", "Shared/Discovery/DiscoveryUtils.swift", "let a = 1", [1]),
    ("empty-name", "Shared/Discovery/String+Extensions.swift", "let a = 1", [1]),
    ("empty-name", "Shared/Common/Name.swift", "let a = 1", [1]),
    (
        "empty-name", SHARED,
        "struct A {}\nfinal class SessionManager {}\nstruct StoreImpl {}\nenum Helpers {}",
        [2, 3, 4],
    ),
    (
        "empty-name", SHARED,
        "extension FileManager {}\nlet a: CommonName\nstruct Implementation {}\nstruct Utilisation {}",
        [],
    ),
    ("public-in-service", SERVICE, "public struct A {\n    public let b: Int\n}", [1, 2]),
    ("public-in-service", SERVICE, "public import Hummingbird\npackage struct A {\n    package let b: Int\n}", []),
    ("public-in-service", SHARED, "public struct A {}", []),
    ("print", SERVICE, 'print("a")\ndebugPrint(b)', [1, 2]),
    ("print", SERVICE, "fingerprint(a)\nprinter.print(a)", []),
    ("print", STACK, 'print("a")', []),
    ("origin", SHARED, "// See /work/main for more.\n// This file is AI-generated.", [1, 2]),
    ("origin", "deploy/local/sample", "cd /work/main", [1]),
    ("origin", SHARED, "// https://example.org/network/pages\nlet rail = 1", []),
]

# The targets that stand for all of their kind, and those of them that each kind may depend on. All others are illegal.
USED = (
    "CCrypt Discovery Resilience Tokens ServiceRuntime UsersContract SearchContract UsersDomain SearchDomain "
    "UsersService SearchService users search LocalStack clowder TestSupport"
)
LEGAL = {
    "CMalloc": "",
    "Resilience": "CCrypt",
    "Messaging": "CCrypt Discovery Resilience",
    "ServiceClient": "CCrypt Discovery Resilience Tokens",
    "ServiceRuntime": "CCrypt Discovery Resilience Tokens ServiceClient",
    "MailWorkerContract": "Discovery Resilience",
    "UsersContract": "Discovery Resilience",
    "UsersDomain": "Discovery Resilience",
    "UsersService": "Discovery Resilience Tokens ServiceRuntime UsersContract SearchContract UsersDomain",
    "users": "Discovery Resilience Tokens ServiceRuntime UsersContract SearchContract UsersDomain UsersService",
    "LocalStack": "Discovery",
    "clowder": "LocalStack Messaging NATS PasswordHashing",
    "DiscoveryTests": USED.replace("users search ", "").replace("clowder ", ""),
    "Gherkin": USED.replace("users search ", "").replace("clowder ", ""),
}

# A page beside `there.md` and below `code.swift`, and the lines of its links that lead nowhere.
LINKS = [
    ("[a](there.md) [b](../code.swift) [c](../docs) [d](https://example.org/nowhere) [e](mailto:a@example.org)", []),
    ("[a](nowhere.md)\n\n[b](../docs/nowhere.md)", [1, 3]),
    ("[a](there.md#one-two-three) [b](there.md#again) [c](there.md#again-1)", []),
    ("[a](there.md#no-heading)\n[b](there.md#again-2)\n[c](there.md#One)", [1, 2, 3]),
    ("# Own\n[a](#own)\n[b](#other)", [3]),
    ("```\n[a](nowhere.md)\n```\n`[b](nowhere.md)`\n[c](nowhere.md)", [5]),
]

# Formatter rule and the source that breaks it.
FORMATTING = [
    ("AllPublicDeclarationsHaveDocumentation", "public struct A {}\n"),
    ("AlwaysUseLiteralForEmptyCollectionInit", "let a = [Int]()\n"),
    ("BeginDocumentationCommentWithOneLineSummary", "/// One. Two.\n/// Three.\nlet a = 1\n"),
    ("NeverForceUnwrap", "let a = b!\n"),
    ("NeverUseForceTry", "let a = try! b()\n"),
    ("NeverUseImplicitlyUnwrappedOptionals", "struct A {\n    var b: Int!\n}\n"),
    ("OmitExplicitReturns", "func a() -> Int { return 1 }\n"),
    ("UseEarlyExits", "func a() {\n    if b {\n        c()\n    } else {\n        return\n    }\n}\n"),
    ("ValidateDocumentationComments", "/// One.\n///\n/// - Parameter c: No such.\nfunc a(b: Int) {}\n"),
    ("OrderedImports", "import B\nimport A\n"),
    ("Indentation", "func a() {\n  b()\n}\n"),
    ("LineLength", f"let a = {' + '.join(['number'] * 20)}\n"),
    ("FileScopedDeclarationPrivacy", "fileprivate let a = 1\n"),
    ("", "/// One.\nfunc a() {\n    #if os(Linux)\n    b()\n    #endif\n}\n"),
]

# Source, its lines of code and the lines of its comments: what the views of a Swift file must tell apart.
VIEWS = [
    ('let a = "b // c" // d', 'let a = "      "     ', [1]),
    ('let a = "\\(b("c"))d"', 'let a = " (b(" ")) "', []),
    ('let a = #"\\(b) " c"#', 'let a = #"        "#', []),
    ('let a = """\n  { "b"\n  """', 'let a = """\n       \n  """', []),
    ("/* a /* b */ c */ d", "                  d", [1]),
    ('let a = /"b{/\nlet c = d / e / f', "let a = /   /\nlet c = d / e / f", []),
    ('let a = #/"b{/#', "let a = #/     ", []),
    ("let `a\"b` = 1", "let `a\"b` = 1", []),
]

# Source, and the name, lines and parameters of each function.
FUNCTIONS = [
    ("func a() {\n    b()\n    c()\n}", [("a", 2, 0)]),
    ("func a(b: Int, c: [Int: Int] = [1: 2, 3: 4], d: (Int, Int) -> Void) { e() }", [("a", 1, 3)]),
    (
        "func a<B: C>(\n    b: D<B, B>,\n    c: Int = 1 << 2,\n) async throws(E)\n    -> F\n"
        "where B: G {\n    h()\n}",
        [("a", 1, 2)],
    ),
    (
        "protocol A {\n    func b(c: Int) async throws -> D\n    var e: Int { get }\n    init(f: Int)\n}",
        [("b", 0, 1), ("init", 0, 1)],
    ),
    ("init?(a: Int) {\n    self.init(b: a)\n}\ndeinit { c() }", [("init", 1, 1), ("deinit", 1, 0)]),
    ('static func == (a: A, b: A) -> Bool {\n    let c = "}"\n    // }\n    return d { $0 }\n}', [("==", 3, 2)]),
    ("var a: Int {\n    1\n}\nvar b = 2\nvar c: Int { 3 }", [("a", 1, 0), ("c", 1, 0)]),
]
