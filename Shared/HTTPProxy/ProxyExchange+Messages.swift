import Discovery
import HTTPEdge
import LoadBalancing
import NIOCore
import Resilience

/// What is sent to the replica, and what of its answer is passed on.
extension ProxyExchange {
    func requestBytes(_ job: ProxyJob, to authority: String) -> ByteBuffer {
        let head = job.client.requestHead
        return job.client.requestBytes.withUnsafeReadableBytes { bytes in
            var buffer = ByteBufferAllocator().buffer(capacity: head.byteCount + 256)
            buffer.writeStaticString("GET ")
            buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[head.target]))
            buffer.writeStaticString(" HTTP/1.1\r\nHost: ")
            buffer.writeString(authority)
            buffer.writeStaticString("\r\n")
            writeFields(of: head, bytes, job, to: &buffer)
            job.ids.writeFields(to: &buffer)
            if job.fill == nil, let peer = job.client.peerAddress {
                buffer.writeStaticString("X-Forwarded-For: ")
                buffer.writeString(peer)
                buffer.writeStaticString("\r\n")
            }
            if let variant = job.target.variant { buffer.writeImmutableBuffer(variant.line) }
            buffer.writeStaticString("X-Request-Timeout-Ms: ")
            let remaining = job.end - loop.eventLoop.now
            buffer.writeDecimal(max(0, Int(remaining.nanoseconds / 1_000_000)))
            buffer.writeStaticString("\r\n\r\n")
            return buffer
        }
    }

    private func writeFields(
        of head: RequestHead,
        _ bytes: UnsafeRawBufferPointer,
        _ job: ProxyJob,
        to buffer: inout ByteBuffer
    ) {
        // What is kept for all must not depend on anything that one of them said beside the target.
        if job.fill == nil {
            let named = head.namesHopByHopFields ? PassedFields.named(head.fields, bytes) : []
            for field in head.fields where PassedFields.isForServer(field.kind) {
                if !PassedFields.isNamed(field, in: named, bytes) { buffer.writeField(field, of: bytes) }
            }
        }
        if job.fill != nil, let tag = job.stale?.entityTag {
            buffer.writeStaticString("If-None-Match: ")
            buffer.writeString(tag)
            buffer.writeStaticString("\r\n")
        }
    }

    /// The head of an answer: tried again elsewhere, or kept for the client.
    func received(_ head: ResponseHead, _ bytes: UnsafeRawBufferPointer, from attempt: ProxyAttempt) {
        guard let job, job.isUnderWay(attempt), case .trying = job.phase else { return }
        if isWorthARetry(head) {
            let isLimit = head.status == 429
            let verdict = verdict(head.status, isOverloaded: head.isOverloaded)
            if verdict == .overloaded { job.tried.insert(attempt.pick.endpoint.id) }
            let floor = head.retryAfterSeconds.flatMap { isLimit ? Duration.seconds($0) : nil }
            if job.other(than: attempt) != nil {
                attempt.upstream?.close()
                return finish(attempt, as: verdict)
            }
            if let pause = takeRetry(after: floor) {
                attempt.upstream?.close()
                finish(attempt, as: verdict)
                return goOn(after: pause)
            }
        }
        win(attempt, job)
        job.phase = .holding
        job.status = head.status
        job.tellsRetryAfter = head.fields.contains { $0.kind == .retryAfter }
        job.isOverloaded = head.isOverloaded
        job.answer = answerHead(head, bytes, job)
        if case .length(let length) = head.framing { job.bodyLength = length } else { job.bodyLength = nil }
        if let length = job.bodyLength, length > ProxyConfiguration.heldBackBytes { stream(job) }
    }

    /// What an answer says about its replica; one that is overloaded is no worse than the others, and no faster.
    private func verdict(_ status: Int, isOverloaded: Bool) -> EndpointPool.Outcome {
        if Backpressure.isRefusal(status: status, isMarked: isOverloaded) { return .overloaded }
        return status < 500 ? .success : .errorAnswer
    }

    private func isWorthARetry(_ head: ResponseHead) -> Bool {
        switch head.status {
        case 502, 503, 504: true
        case 429: head.retryAfterSeconds != nil
        default: false
        }
    }

    private func answerHead(
        _ head: ResponseHead,
        _ bytes: UnsafeRawBufferPointer,
        _ job: ProxyJob
    ) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: bytes.count + 256 + (bodyCapacity(head.framing)))
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeDecimal(head.status)
        buffer.writeStaticString(" ")
        buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[head.reason]))
        buffer.writeStaticString("\r\n")
        let start = buffer.writerIndex
        let named = head.namesHopByHopFields ? PassedFields.named(head.fields, bytes) : []
        for field in head.fields where PassedFields.isForClient(field.kind) {
            if !PassedFields.isNamed(field, in: named, bytes) { buffer.writeField(field, of: bytes) }
        }
        if job.fill != nil {
            let fields = buffer.getSlice(at: start, length: buffer.writerIndex - start)
            job.storable = StorableHead(head, bytes, fields: fields)
            job.varies = StorableHead.varies(head)
        }
        writeOwnFields(job, date: loop.dateLine, to: &buffer)
        return buffer
    }

    /// What the proxy itself has to say.
    func writeOwnFields(_ job: ProxyJob, date: ByteBuffer, to buffer: inout ByteBuffer) {
        job.ids.writeCorrelationID(to: &buffer)
        buffer.writeImmutableBuffer(job.limitFields)
        if let variant = job.target.variant { buffer.writeImmutableBuffer(variant.line) }
        buffer.writeStaticString("X-Content-Type-Options: nosniff\r\n")
        buffer.writeImmutableBuffer(date)
    }

    private func bodyCapacity(_ framing: BodyFraming) -> Int {
        if case .length(let length) = framing { min(length, ProxyConfiguration.heldBackBytes) } else { 0 }
    }

    /// A part of the body.
    func received(_ part: ByteBuffer) {
        guard let job else { return }
        switch job.phase {
        case .holding:
            if job.held.readableBytes == 0 { job.held = part } else { job.held.writeImmutableBuffer(part) }
            if job.held.readableBytes > ProxyConfiguration.heldBackBytes { stream(job) }
        case .streaming(let isChunked): pass(part, isChunked: isChunked, job)
        case .admitting, .asking, .following, .trying, .pausing: break
        }
    }

    /// The answer is complete.
    func receivedEnd() {
        guard let job else { return }
        switch job.phase {
        case .holding:
            finishAttempt(job)
            if completeFill(job) { return }
            // 204 and 304 tell no length (RFC 9110 section 8.6).
            let length = job.status == 204 || job.status == 304 ? nil : job.held.readableBytes
            endHead(&job.answer, length: length, isLast: job.client.isLastAnswer)
            job.answer.writeImmutableBuffer(job.held)
            over(status: job.status)
            job.client.finishShortcut(job.answer)
        case .streaming(let isChunked):
            finishAttempt(job)
            over(status: job.status)
            job.client.finishShortcut(isChunked ? ByteBuffer(staticString: "0\r\n\r\n") : ByteBuffer())
        case .admitting, .asking, .following, .trying, .pausing: break
        }
    }

    private func finishAttempt(_ job: ProxyJob) {
        guard let attempt = job.current else { return }
        finish(attempt, as: verdict(job.status, isOverloaded: job.isOverloaded))
    }

    /// Passes on what is there; the client sees from now on what becomes of the replica.
    private func stream(_ job: ProxyJob) {
        // What is larger than what is held back is never kept.
        passFill(job)
        let isChunked = job.bodyLength == nil
        if isChunked { job.answer.writeStaticString("Transfer-Encoding: chunked\r\n") }
        endHead(&job.answer, length: job.bodyLength, isLast: job.client.isLastAnswer)
        job.phase = .streaming(isChunked: isChunked)
        giveBackPlace(as: job.latency.map { .answered(after: $0) }, at: clock.now)
        // How long the client reads says nothing of the service.
        leaveBulkhead(job)
        job.client.writeShortcut(job.answer)
        if !job.client.isWritable { job.current?.upstream?.pause() }
        let held = job.held
        job.held = ByteBuffer()
        if held.readableBytes > 0 { pass(held, isChunked: isChunked, job) }
    }

    private func pass(_ part: ByteBuffer, isChunked: Bool, _ job: ProxyJob) {
        guard isChunked else { return job.client.writeShortcut(part) }
        var chunk = ByteBufferAllocator().buffer(capacity: part.readableBytes + 24)
        chunk.writeString(String(part.readableBytes, radix: 16))
        chunk.writeStaticString("\r\n")
        chunk.writeImmutableBuffer(part)
        chunk.writeStaticString("\r\n")
        job.client.writeShortcut(chunk)
    }

    func endHead(_ answer: inout ByteBuffer, length: Int?, isLast: Bool) {
        if let length {
            answer.writeStaticString("Content-Length: ")
            answer.writeDecimal(length)
            answer.writeStaticString("\r\n")
        }
        answer.writeStaticString(isLast ? "Connection: close\r\n\r\n" : "\r\n")
    }
}

extension ResponseHead {
    fileprivate var isOverloaded: Bool { fields.contains { $0.kind == .overloaded } }
}
