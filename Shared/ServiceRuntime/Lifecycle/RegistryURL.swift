import Discovery
import Etcd
import FoundationEssentials

/// The registry that the setting `registry.url` names.
enum RegistryURL {
    /// Creates the registry of a process.
    ///
    /// - Throws: `SettingsError` when the URL says nothing that can be looked up.
    static func registry(_ settings: Settings) throws(SettingsError) -> any ServiceRegistry {
        let url = settings.text("registry.url")
        let lease = settings.duration("registry.lease")
        do {
            if url.hasPrefix("etcd:") { return EtcdRegistry(try EtcdAddress(url: url), leaseDuration: lease) }
            if url.hasPrefix("dns:") { return DNSRegistry(try resolver(url)) }
        } catch {
            throw SettingsError(["registry.url: \(error)"])
        }
        let directory = settings.urlPath("registry.url")
        return LeaseDirectoryRegistry(directory: directory, leaseDuration: lease, now: { Date() })
    }

    private static func resolver(_ url: String) throws -> DNSResolver {
        DNSResolver(try DNSSource(url: url), clock: ContinuousClock(), generator: SystemRandomNumberGenerator())
    }
}
