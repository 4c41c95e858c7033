/// How much a request matters when not all can be served, from the most to the least.
///
/// Each class may fill a share of the limit, counted over all classes together: what lies above the share is kept for
/// the classes above. Telephony calls that trunk reservation. It needs no queue and no forecast, and under overload the
/// lowest class is shed first and the next one only when that did not suffice.
///
/// - Health is exempt and uses up nothing: a check that is shed takes a working process out of service, which makes the
///   overload of the others worse.
/// - Authentication, that is login and refresh, has the whole limit: without a token nothing else can be done, and
///   there are few of these requests.
/// - Writes leave a tenth to it. They are people's work that would be lost, and few, too.
/// - Searches leave a fifth. They are most of the traffic and fill whatever they get, so that this fifth is what keeps
///   the classes above alive; a search can be repeated and is often in a cache.
/// - Imports get 60 %. Machines send them, they take long, and they can wait for a quiet hour.
///
/// Every share is above a half, since ``AdaptiveConcurrencyLimit`` moves only when half of it is in use: each class can
/// raise the limit by itself.
public enum RequestPriority: Int, Hashable, CaseIterable, Sendable {
    /// Whether the process lives and is ready.
    case health
    /// Login and refresh.
    case authentication
    /// Changes of data that people make.
    case write
    /// Searches and other reads.
    case search
    /// Imports of many listings.
    case `import`

    /// The percentage of the limit up to which the class is admitted; nil for no bound.
    public var sharePercent: Int? {
        switch self {
        case .health: nil
        case .authentication: 100
        case .write: 90
        case .search: 80
        case .import: 60
        }
    }

    /// How long a client whose request was shed is asked to stay away.
    ///
    /// An overload is over within seconds; people are asked to wait for one or two, machines for ten.
    public var retryAfter: Duration {
        switch self {
        case .health, .authentication, .write: .seconds(1)
        case .search: .seconds(2)
        case .import: .seconds(10)
        }
    }
}
