/// The faults, in the order in which they are played.
package enum FaultName: String, CaseIterable, Sendable {
    case searchKilled = "search-killed"
    case searchFrozen = "search-frozen"
    case searchGone = "search-gone"
    case searchSlow = "search-slow"
    case searchRefusing = "search-refusing"
    case retryStorm = "retry-storm"
    case overload
    case rollingRestart = "rolling-restart"
    case registryGone = "registry-gone"
    case connectionStorm = "connection-storm"
    case slowClients = "slow-clients"
    case tcpRoute = "tcp-route"
}
