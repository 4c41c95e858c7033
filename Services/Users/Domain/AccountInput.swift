package import InputValidation

/// What people send about accounts, checked.
package enum AccountInput {
    /// The most characters a name has.
    package static let maximumNameLength = 100

    /// A registration.
    package struct Registration: Sendable {
        package let email: EmailAddress
        package let name: String
        package let password: String
    }

    /// Credentials for logging in: any texts, since what is wrong with them is not for the caller to learn.
    package struct Credentials: Sendable {
        package let email: String
        package let password: String
    }

    /// A new password with the proof that it may be set.
    package struct NewPassword: Sendable {
        package let proof: String
        package let password: String
    }

    package static func registration(_ json: JSONValue) throws(InvalidInput) -> Registration {
        var fields = ObjectFields(json)
        let email = fields.text("email", .emailAddress)
        let name = fields.text("name", .notBlank, .length(1...maximumNameLength), .noControlCharacters)
        let password = fields.text("password", .bytes(8...1024))
        try fields.finish()
        return Registration(email: try address(email), name: name, password: password)
    }

    package static func credentials(_ json: JSONValue) throws(InvalidInput) -> Credentials {
        var fields = ObjectFields(json)
        let email = fields.text("email", .bytes(0...1024))
        let password = fields.text("password", .bytes(0...4096))
        try fields.finish()
        return Credentials(email: email, password: password)
    }

    package static func email(_ json: JSONValue) throws(InvalidInput) -> EmailAddress {
        var fields = ObjectFields(json)
        let email = fields.text("email", .emailAddress)
        try fields.finish()
        return try address(email)
    }

    package static func token(_ json: JSONValue, field: String = "token") throws(InvalidInput) -> String {
        var fields = ObjectFields(json)
        let token = fields.text(field, .bytes(1...512))
        try fields.finish()
        return token
    }

    package static func newPassword(_ json: JSONValue, proof: String) throws(InvalidInput) -> NewPassword {
        var fields = ObjectFields(json)
        let proof = fields.text(proof, .bytes(1...1024))
        let password = fields.text("newPassword", .bytes(8...1024))
        try fields.finish()
        return NewPassword(proof: proof, password: password)
    }

    /// The new name of a change; nil when the name stays.
    package static func change(_ json: JSONValue) throws(InvalidInput) -> String? {
        var fields = ObjectFields(json)
        let name = fields.optionalText("name", .notBlank, .length(1...maximumNameLength), .noControlCharacters)
        try fields.finish()
        return name
    }

    package static func roles(_ json: JSONValue, assignable: [String]) throws(InvalidInput) -> Set<String> {
        var fields = ObjectFields(json)
        let roles = fields.texts("roles", maximum: 16, .oneOf(assignable))
        try fields.finish()
        return Set(roles)
    }

    private static func address(_ text: String) throws(InvalidInput) -> EmailAddress {
        guard let address = EmailAddress(text) else {
            throw InvalidInput([FieldError(pointer: "/email", rule: "email", message: TextRule.emailAddress.message)])
        }
        return address
    }
}
