import Crypto

/// A script that the server runs as a whole.
struct RedisScript: Sendable {
    /// What it does, in Lua.
    let text: String
    /// What the server knows it by, once it has run it.
    let digest: String

    init(_ text: String) {
        self.text = text
        digest = Insecure.SHA1.hash(data: Array(text.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

extension RedisClient {
    /// Runs a script, and sends its text to a server that does not know it: a new one, or one that was started anew.
    ///
    /// - Parameters:
    ///   - script: The script.
    ///   - words: The number of keys, the keys, and what else the script is told.
    ///   - completion: As for ``send(_:completion:)``.
    func run(_ script: RedisScript, _ words: [String], completion: @escaping Completion) {
        send(RedisCommand(["EVALSHA", script.digest] + words)) { [self] result in
            if case .success(.error(let text)) = result, text.hasPrefix("NOSCRIPT") {
                send(RedisCommand(["EVAL", script.text] + words), completion: completion)
            } else {
                completion(result)
            }
        }
    }
}
