/// What a client may cost before its request is known: bytes and time.
public struct EdgeLimits: Hashable, Sendable {
    /// The longest request line, in bytes; above it 414.
    public var requestLineBytes = 8 * 1024
    /// The most bytes of header fields, their line ends included; above it 431.
    public var fieldBytes = 16 * 1024
    /// The most header fields; above it 431.
    public var fieldCount = 100
    /// How long a head may take from its first byte; after it 408.
    public var headTime = Duration.seconds(10)
    /// The least rate of a body, in bytes a second, once ``bodyGrace`` is over; below it 408.
    public var bodyBytesPerSecond = 500
    /// How long a body may be slow before its rate counts; also the window over which it is measured.
    public var bodyGrace = Duration.seconds(5)
    /// How long a request may take from its first byte to its last, if its body is no stream; after it 408.
    public var requestTime = Duration.seconds(30)
    /// How long a connection is kept without a request.
    public var idleTime = Duration.seconds(75)
    /// How long a client may leave what it is sent unread, once no more of it fits into the buffers on the way.
    public var stallTime = Duration.seconds(30)
    /// How much of an answer the system buffers for a client, in bytes; it may take twice as much memory for it.
    ///
    /// Left alone, the system buffers megabytes for a client that does not read. With this much, a client a tenth of a
    /// second away gets its answers at a megabyte a second at least.
    public var sendBufferBytes = 128 * 1024
    /// How long the rest of a refused request is read and dropped, so that the client gets to read the refusal.
    public var lingerTime = Duration.seconds(2)

    /// The limits of the public door.
    public init() {}

    /// The limits of a service behind the gateway, which adds fields of its own to what it let pass.
    public static var behindGateway: Self {
        var limits = Self()
        limits.fieldBytes += 4 * 1024
        limits.fieldCount += 20
        return limits
    }

    /// The least that must have arrived in a window of ``bodyGrace``, in bytes.
    var bodyBytesPerWindow: Int { bodyBytesPerSecond * Int(bodyGrace.components.seconds) }
}
