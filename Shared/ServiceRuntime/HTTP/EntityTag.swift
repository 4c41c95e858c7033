public import Hummingbird

/// Entity tags made of a version number, and the preconditions on them (RFC 9110 section 13).
public enum EntityTag {
    /// The strong tag of a version.
    public static func text(version: Int) -> String {
        "\"\(version)\""
    }

    /// The version that `If-Match` names; nil without the header or with `*`.
    ///
    /// - Throws: ``Problem``, 412, for a tag that cannot be one of ours.
    public static func version(of request: Request) throws(Problem) -> Int? {
        guard let tag = request.headers[.ifMatch], tag != "*" else { return nil }
        guard tag.count >= 3, let version = Int(tag.dropFirst().dropLast()), text(version: version) == tag else {
            throw changedMeanwhile
        }
        return version
    }

    /// The version that `If-Match` names, which must be there.
    ///
    /// - Throws: ``Problem``: 428 without the header, 412 for a tag that cannot be one of ours.
    public static func requiredVersion(of request: Request) throws(Problem) -> Int {
        guard let version = try version(of: request) else {
            throw Problem(
                .preconditionRequired,
                kind: "precondition-required",
                "Send If-Match with the ETag that you read, so that no other change is lost."
            )
        }
        return version
    }

    /// 412 for a resource that is no longer what the caller read.
    public static var changedMeanwhile: Problem {
        Problem(.preconditionFailed, kind: "changed-meanwhile", "It was changed meanwhile; read it again.")
    }
}
