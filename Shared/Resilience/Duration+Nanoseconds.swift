extension Duration {
    /// The duration in nanoseconds, rounded towards zero; good for 292 years.
    var wholeNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
