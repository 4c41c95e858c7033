/// Somebody who uses the board.
struct Person: Sendable {
    var email: String
    var name: String
    var password: String

    static let ada = Person(email: "ada@example.org", name: "Ada", password: "correct horse")
    static let bob = Person(email: "bob@example.org", name: "Bob", password: "battery staple")
    /// The administrator that every deployment of these tests starts with.
    static let admin = Person(email: "admin@example.org", name: "Root", password: "first of all")

    /// What the person sends to sign up.
    var registration: String {
        #"{"email":"\#(email)","name":"\#(name)","password":"\#(password)"}"#
    }

    /// What the person sends to log in.
    var credentials: String {
        #"{"email":"\#(email)","password":"\#(password)"}"#
    }

    /// The same person with another password.
    func with(password: String) -> Person {
        Person(email: email, name: name, password: password)
    }
}
