import AccessPolicy
import Testing

@Suite struct RolePolicyTests {
    private static let json = """
        {"roles": {
            "anyone": [{"action": "read", "resource": "board"}],
            "member": [{"action": "write", "resource": "note"}],
            "keeper": [{"action": "write", "resource": "board"}]
        }}
        """

    private func policy(_ json: String = json) throws -> RolePolicy {
        try RolePolicy(json: json.utf8)
    }

    @Test(arguments: [nil, [], ["keeper"], ["nobody"]] as [Set<String>?])
    func grantsWhatAnyoneMayToEveryCaller(_ roles: Set<String>?) throws {
        #expect(try policy().decide(Permission("read", "board"), roles: roles) == .granted)
    }

    @Test(arguments: [[], ["keeper"], ["nobody"]] as [Set<String>])
    func grantsWhatMembersMayToEveryoneLoggedIn(_ roles: Set<String>) throws {
        #expect(try policy().decide(Permission("write", "note"), roles: roles) == .granted)
        #expect(try policy().decide(Permission("write", "note"), roles: nil) == .needsLogin)
    }

    @Test func grantsWhatOneOfSeveralRolesMay() throws {
        let permission = Permission("write", "board")
        #expect(try policy().decide(permission, roles: ["nobody", "keeper", "other"]) == .granted)
    }

    @Test(arguments: [[], ["nobody"], ["KEEPER"], ["keeper "], [""]] as [Set<String>])
    func deniesRolesThatDoNotHaveThePermission(_ roles: Set<String>) throws {
        #expect(try policy().decide(Permission("write", "board"), roles: roles) == .denied)
    }

    @Test(arguments: [("write", "Board"), ("read", "note"), ("*", "board"), ("write board", ""), ("", "")])
    func deniesWhatTheFileDoesNotName(_ action: String, _ resource: String) throws {
        #expect(try policy().decide(Permission(action, resource), roles: ["keeper"]) == .denied)
        #expect(try policy().decide(Permission(action, resource), roles: nil) == .needsLogin)
    }

    @Test(arguments: [#"{"roles": {}}"#, #"{"roles": {"keeper": []}}"#])
    func deniesEverythingWhenNothingIsGranted(_ json: String) throws {
        let policy = try policy(json)
        #expect(policy.decide(Permission("read", "board"), roles: ["keeper"]) == .denied)
        #expect(policy.decide(Permission("read", "board"), roles: nil) == .needsLogin)
    }

    @Test func listsAssignableRolesInOrder() throws {
        let policy = try policy(#"{"roles": {"z": [], "member": [], "a": [], "anyone": []}}"#)
        #expect(policy.assignableRoles == ["a", "z"])
    }

    /// Each text with a word that the error has to name.
    @Test(arguments: [
        ("{}", "roles"), (#"{"Roles": {}}"#, "roles"), (#"{"roles": []}"#, "roles"),
        (#"{"roles": {"keeper": {}}}"#, "keeper"), (#"{"roles": {"keeper": "all"}}"#, "keeper"),
        (#"{"roles": {"keeper": [{"action": "read"}]}}"#, "resource"),
        (#"{"roles": {"keeper": [{"resource": "board"}]}}"#, "action"),
        (#"{"roles": {"keeper": [{"action": 1, "resource": "board"}]}}"#, "action"),
        (#"{"roles": {"keeper": [{"action": null, "resource": "board"}]}}"#, "action"),
        (#"{"roles": {"keeper": ["read board"]}}"#, "keeper"),
        ("", "JSON"), ("{", "JSON"), ("roles: {}", "JSON"), ("\u{FEFF}\u{0}", "JSON"),
    ])
    func refusesAMalformedFileAndNamesTheFault(_ json: String, _ word: String) {
        do {
            _ = try policy(json)
            Issue.record("accepted \(json)")
        } catch {
            #expect("\(error)".contains(word), "\(error)")
        }
    }

    @Test func describesAPermissionForLogs() {
        #expect("\(Permission("read", "board"))" == "read board")
    }
}
