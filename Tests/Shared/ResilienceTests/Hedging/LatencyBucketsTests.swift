import Testing

@testable import Resilience

@Suite struct LatencyBucketsTests {
    @Test func coversAMinuteInItsBuckets() {
        #expect(LatencyBuckets.count == 704)
        #expect(LatencyBuckets.longest == .microseconds(67_108_863))
        #expect(LatencyBuckets.upperBound(of: LatencyBuckets.count - 1) == LatencyBuckets.longest)
    }

    /// Buckets follow each other without gap or overlap, and none is wider than 1/32 of its values.
    @Test func partitionsAllDurations() {
        for bucket in 0..<LatencyBuckets.count {
            let upper = LatencyBuckets.upperBound(of: bucket)
            let lower = bucket == 0 ? .zero : LatencyBuckets.upperBound(of: bucket - 1) + .microseconds(1)
            #expect(LatencyBuckets.index(of: lower) == bucket)
            #expect(LatencyBuckets.index(of: upper) == bucket)
            #expect(LatencyBuckets.index(of: upper + .nanoseconds(999)) == bucket)
            #expect((upper - lower) * 32 <= lower || upper == lower)
        }
    }

    @Test(arguments: [
        (-1, 0), (0, 0), (1, 1), (31, 31), (32, 32), (63, 63), (64, 64), (65, 64), (66, 65), (127, 95), (128, 96),
        (1000, 190), (67_108_863, 703), (67_108_864, 703), (1_000_000_000, 703),
    ])
    func findsTheBucketOfMicroseconds(_ microseconds: Int, bucket: Int) {
        #expect(LatencyBuckets.index(of: .microseconds(microseconds)) == bucket)
    }
}
