public import FoundationEssentials

/// A service registry on a directory that all processes of one machine share.
///
/// Each replica owns the file `<directory>/<service>/<id>.json` with its endpoint and the time its lease ends. Files
/// are replaced by renaming, so that a reader sees a whole lease or none. Readers look every ``pollInterval`` and pass
/// over leases that have run out; whoever registers removes leases that ended more than one lease duration ago.
/// The wall clock decides, which processes on one machine share.
public struct LeaseDirectoryRegistry: ServiceRegistry {
    /// How long a lease lives without renewal, unless configured otherwise.
    public static let defaultLeaseDuration = Duration.seconds(6)
    /// How often a watch looks at the directory, unless configured otherwise.
    public static let defaultPollInterval = Duration.milliseconds(100)

    /// How long a lease lives without renewal.
    public let leaseDuration: Duration
    /// How often a watch looks at the directory.
    public let pollInterval: Duration
    private let directory: String
    private let now: @Sendable () -> Date

    struct Lease: Codable {
        var endpoint: Endpoint
        var expiresAt: Double
    }

    /// Creates a registry on `directory`, which is made when the first replica registers.
    ///
    /// - Parameters:
    ///   - directory: A directory that every process can write.
    ///   - leaseDuration: How long a lease lives without renewal.
    ///   - pollInterval: How often a watch looks.
    ///   - now: The wall clock.
    public init(
        directory: String,
        leaseDuration: Duration = defaultLeaseDuration,
        pollInterval: Duration = defaultPollInterval,
        now: @escaping @Sendable () -> Date
    ) {
        self.directory = directory
        self.leaseDuration = leaseDuration
        self.pollInterval = pollInterval
        self.now = now
    }

    /// Writes the replica's lease file.
    public func register(_ endpoint: Endpoint, as service: ServiceName) async throws(RegistryError) {
        let lease = Lease(endpoint: endpoint, expiresAt: expiry)
        let folder = self.folder(of: service)
        let path = try path(of: endpoint, in: service)
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try JSONEncoder().encode(lease).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw RegistryError("cannot write a lease in \(folder)", cause: error)
        }
        removeLongExpiredLeases(in: folder)
    }

    /// Removes the replica's lease file.
    public func deregister(_ endpoint: Endpoint, from service: ServiceName) async throws(RegistryError) {
        let path = try path(of: endpoint, in: service)
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw RegistryError("cannot remove the lease \(path)", cause: error)
        }
    }

    /// The replicas whose leases are alive, and every later set.
    public func endpoints(of service: ServiceName) -> EndpointUpdates {
        EndpointUpdates(confirming: { confirm in
            { last in
                while !Task.isCancelled {
                    // A directory that cannot be read keeps the reader's last set; only a missing one means nobody.
                    if let set = liveEndpoints(of: service) {
                        guard set == last else { return set }
                        confirm()
                    }
                    try? await Task.sleep(for: pollInterval)  // Throws on cancellation only, which ends the loop.
                }
                return nil
            }
        })
    }

    private func liveEndpoints(of service: ServiceName) -> Set<Endpoint>? {
        let folder = folder(of: service)
        guard FileManager.default.fileExists(atPath: folder) else { return isBlocked ? nil : [] }
        // An unreadable directory is an outage, told from an empty one by nil.
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return nil }
        let time = now().timeIntervalSince1970
        return Set(names.compactMap { read(folder + "/" + $0) }.filter { $0.expiresAt > time }.map(\.endpoint))
    }

    /// Whether something that is no directory stands in the registry's place: it is away, and will come back.
    private var isBlocked: Bool {
        var isDirectory = false
        let exists = FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory)
        return exists && !isDirectory
    }

    private func removeLongExpiredLeases(in folder: String) {
        let limit = now().timeIntervalSince1970 - seconds(leaseDuration)
        // Sweeping is a courtesy: what fails here is passed over by every reader and swept by the next renewal.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            let path = folder + "/" + name
            if let lease = read(path), lease.expiresAt < limit {
                try? FileManager.default.removeItem(atPath: path)  // See above: a courtesy.
            }
        }
    }

    private func read(_ path: String) -> Lease? {
        guard path.hasSuffix(".json"), let data = FileManager.default.contents(atPath: path) else { return nil }
        // A file that is no lease is not ours; it is left alone and read as nothing.
        return try? JSONDecoder().decode(Lease.self, from: data)
    }

    private var expiry: Double {
        now().timeIntervalSince1970 + seconds(leaseDuration)
    }

    private func folder(of service: ServiceName) -> String {
        "\(directory)/\(service)"
    }

    /// The replica's lease file; its ID must be a visible file's name, so that it leads nowhere else.
    private func path(of endpoint: Endpoint, in service: ServiceName) throws(RegistryError) -> String {
        let id = endpoint.id.utf8
        guard let first = id.first, first != UInt8(ascii: "."), !id.contains(UInt8(ascii: "/")), !id.contains(0) else {
            throw RegistryError("the replica's ID cannot name a lease file")
        }
        return "\(folder(of: service))/\(endpoint.id).json"
    }

    private func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}
