public import NIOCore
import Synchronization

/// One value for each event loop, made when the loop first asks for it and used on that loop alone.
public final class LoopLocal<Value>: Sendable {
    private let values = Mutex<[ObjectIdentifier: NIOLoopBound<Value>]>([:])
    private let make: @Sendable (any EventLoop) -> Value

    /// - Parameter make: Makes the value of a loop; called on it.
    public init(make: @escaping @Sendable (any EventLoop) -> Value) {
        self.make = make
    }

    /// The value of the loop that this is called on.
    public func value(on eventLoop: any EventLoop) -> Value {
        values.withLock { values in
            let key = ObjectIdentifier(eventLoop)
            if let bound = values[key] { return bound.value }
            let value = make(eventLoop)
            values[key] = NIOLoopBound(value, eventLoop: eventLoop)
            return value
        }
    }
}
