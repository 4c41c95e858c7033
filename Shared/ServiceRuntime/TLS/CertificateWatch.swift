import ServiceLifecycle

/// Looks at the files of a certificate every ``TLSLimits/watchInterval``.
struct CertificateWatch<C: Clock>: Service where C.Duration == Duration {
    let certificate: ServerCertificate
    let clock: C

    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // Cancellation ends the wait, and the loop after it.
                try? await clock.sleep(for: TLSLimits.watchInterval)
                certificate.look()
            }
        }
    }
}
