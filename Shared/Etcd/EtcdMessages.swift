import FoundationEssentials

// The messages of etcd's v3 API as its JSON gateway has them: bytes are Base64, 64-bit numbers are texts, and what is
// zero or empty is left out. https://etcd.io/docs/v3.4/dev-guide/api_grpc_gateway/

struct EtcdHeader: Decodable {
    var revision: String?
}

/// A range of keys; `rangeEnd` is the first key after it.
struct EtcdRange: Encodable {
    var key: Data
    var rangeEnd: Data?

    enum CodingKeys: String, CodingKey {
        case key
        case rangeEnd = "range_end"
    }
}

struct EtcdRangeReply: Decodable {
    struct Pair: Decodable {
        var value: Data?
        var lease: String?
    }

    var header: EtcdHeader?
    var kvs: [Pair]?
}

struct EtcdGrant: Encodable {
    /// Seconds.
    var ttl: String

    enum CodingKeys: String, CodingKey {
        case ttl = "TTL"
    }
}

struct EtcdLease: Codable {
    var id: String

    enum CodingKeys: String, CodingKey {
        case id = "ID"
    }
}

struct EtcdKeepAliveReply: Decodable {
    struct Result: Decodable {
        var ttl: String?

        enum CodingKeys: String, CodingKey {
            case ttl = "TTL"
        }
    }

    var result: Result
}

struct EtcdPut: Encodable {
    var key: Data
    var value: Data
    var lease: String
}

struct EtcdWatch: Encodable {
    struct Create: Encodable {
        var key: Data
        var rangeEnd: Data
        var startRevision: String

        enum CodingKeys: String, CodingKey {
            case key
            case rangeEnd = "range_end"
            case startRevision = "start_revision"
        }
    }

    var create: Create

    enum CodingKeys: String, CodingKey {
        case create = "create_request"
    }
}

/// One message of a watch.
struct EtcdWatchReply: Decodable {
    struct Result: Decodable {
        var created: Bool?
        var canceled: Bool?
    }

    var result: Result?

    /// Whether the watch only says that it has begun.
    var isBeginning: Bool { result?.created == true && result?.canceled != true }
}

struct EtcdRefusal: Decodable {
    var code: Int?
    var message: String?
    var error: String?
}

/// A reply that says nothing that anybody needs.
struct EtcdAcknowledgement: Decodable {}
