import StackSupport
import Testing

/// Tests of a running stack that leave it as they found it; they share one, one after the other.
@Suite(.serialized, .sharedStack) enum StackTests {}
