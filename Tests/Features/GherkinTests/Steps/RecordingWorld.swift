/// A world that remembers what steps tell it.
final class RecordingWorld {
    var entries: [String] = []
}
