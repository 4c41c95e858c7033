import Discovery
import TCPProxy

/// A port whose connections are passed on to a service, whatever they speak.
struct TCPRouteSetting: Hashable, Sendable {
    var port: Int
    var service: ServiceName
    var limits: TCPLimits
}
