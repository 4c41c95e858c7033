import NIOCore
public import Resilience

/// The answers of a cache that other proxies keep and find too, behind those that are kept here.
///
/// Only what is fresh is shared. What is done with an answer after that is each proxy's own matter.
public struct SharedAnswers: Sendable {
    let store: any ResponseStore
    let name: String

    /// Creates the shared part of a cache.
    ///
    /// - Parameters:
    ///   - store: Where answers are shared.
    ///   - name: What the cache is called there, by all who share it.
    public init(_ store: any ResponseStore, name: String) {
        self.store = store
        self.name = name
    }
}

extension ProxyCache.Key {
    /// The key in a store; neither a service nor a variant has a space in its name.
    var text: String { "\(service) \(variant ?? "") \(target)" }
}

// MARK: The form in which answers are shared

extension CachedResponse {
    /// Another form has another number, and is not read.
    private static let form: UInt8 = 1

    /// The answer as bytes.
    var encoded: [UInt8] {
        var buffer = ByteBufferAllocator().buffer(capacity: bytes + 64)
        buffer.writeInteger(Self.form)
        for duration in [lifetime.fresh, lifetime.staleWhileRevalidate, lifetime.staleIfError] {
            let (seconds, attoseconds) = duration.components
            buffer.writeInteger(seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        }
        buffer.writeInteger(entityTag == nil ? UInt8(0) : 1)
        for part in [ByteBuffer(string: entityTag ?? ""), fields, date, body] {
            buffer.writeInteger(UInt32(part.readableBytes))
            buffer.writeImmutableBuffer(part)
        }
        return Array(buffer.readableBytesView)
    }

    /// Reads an answer; nil when it is in another form.
    ///
    /// - Parameters:
    ///   - bytes: What ``encoded`` has written.
    ///   - age: How old the answer is.
    ///   - cache: The cache that it comes into, whose times it does not exceed.
    init?(encoded bytes: [UInt8], age: Duration, into cache: ProxyCache) {
        var buffer = ByteBuffer(bytes: bytes)
        guard buffer.readInteger(as: UInt8.self) == Self.form,
            let times = Self.times(in: &buffer),
            let hasTag = buffer.readInteger(as: UInt8.self),
            let tag = Self.part(of: &buffer), let fields = Self.part(of: &buffer),
            let date = Self.part(of: &buffer), let body = Self.part(of: &buffer),
            buffer.readableBytes == 0
        else { return nil }
        let lifetime = ResponseLifetime(
            fresh: min(times[0], cache.lifetime.fresh) - age,
            staleWhileRevalidate: min(times[1], cache.lifetime.staleWhileRevalidate),
            staleIfError: min(times[2], cache.lifetime.staleIfError)
        )
        self.init(
            fields: fields,
            date: date,
            body: body,
            entityTag: hasTag == 1 ? String(buffer: tag) : nil,
            lifetime: lifetime,
            ageAtArrival: age
        )
    }

    private static func times(in buffer: inout ByteBuffer) -> [Duration]? {
        var times: [Duration] = []
        for _ in 0..<3 {
            guard let milliseconds = buffer.readInteger(as: Int64.self) else { return nil }
            times.append(.milliseconds(milliseconds))
        }
        return times
    }

    private static func part(of buffer: inout ByteBuffer) -> ByteBuffer? {
        guard let length = buffer.readInteger(as: UInt32.self) else { return nil }
        return buffer.readSlice(length: Int(length))
    }
}
