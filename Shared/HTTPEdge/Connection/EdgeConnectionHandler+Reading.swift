import HTTPTypes
import NIOCore
import NIOHTTPTypes

extension EdgeConnectionHandler {
    /// Takes from the buffer what is there, up to the end of the current request.
    func process(_ context: ChannelHandlerContext) {
        // Handing a part on may bring an answer at once, which wants to go on reading: one loop is enough.
        guard !isProcessing else { return }
        isProcessing = true
        defer { isProcessing = false }
        do throws(EdgeRefusal) {
            while try step(context) {}
        } catch {
            fail(context, error)
        }
        if isInputClosed { endInput(context) }
    }

    /// Takes one thing from the buffer; whether there may be more.
    private func step(_ context: ChannelHandlerContext) throws(EdgeRefusal) -> Bool {
        switch reading {
        case .head(let scanner):
            // Who does not read its answers is not given more of them.
            guard context.channel.isWritable else { return false }
            return try readHead(context, scanner)
        case .length(let remaining):
            guard let part = takeAtMost(remaining) else { return false }
            reading = .length(remaining: remaining - part.readableBytes)
            handOn(context, part)
            if part.readableBytes == remaining { endBody(context) }
        case .chunked(var decoder):
            let piece = try decoder.next(from: &buffer, limits: configuration.limits)
            reading = .chunked(decoder)
            switch piece {
            case .needsMore: return false
            case .data(let part): handOn(context, part)
            case .end: endBody(context)
            }
        case .complete: return false
        case .dropping:
            buffer = ByteBuffer()
            return false
        }
        return true
    }

    private func takeAtMost(_ count: Int) -> ByteBuffer? {
        buffer.readableBytes == 0 ? nil : buffer.readSlice(length: min(count, buffer.readableBytes))
    }

    private func readHead(_ context: ChannelHandlerContext, _ before: HeadScanner) throws(EdgeRefusal) -> Bool {
        var scanner = before
        if scanner.isAtStart {
            guard skipEmptyLine(&scanner) else { return false }
            head.reset()
        }
        reading = .head(scanner)
        guard buffer.readableBytes > 0 else { return false }
        clock.head(at: context.eventLoop.now)
        let limits = configuration.limits
        let parsed = buffer.withUnsafeReadableBytes { bytes -> Result<Int?, EdgeRefusal> in
            Result { () throws(EdgeRefusal) in
                guard let length = try scanner.end(in: bytes, limits: limits) else { return nil }
                try head.parse(UnsafeRawBufferPointer(rebasing: bytes.prefix(length)))
                return length
            }
        }
        reading = .head(scanner)
        guard let length = try parsed.get() else { return false }
        guard let bytes = buffer.readSlice(length: length) else { return false }
        headBytes = bytes
        if head.framing == .none, let shortcut, shortcut.claims(self) {
            begin(shortcut, context)
        } else {
            handOnHead(context)
        }
        return true
    }

    /// An empty line before a request is read over, as some clients end a body with one (RFC 9112 section 2.2).
    ///
    /// - Returns: Whether it is known that what follows is none.
    private func skipEmptyLine(_ scanner: inout HeadScanner) -> Bool {
        let start = buffer.readerIndex
        guard !scanner.isAfterEmptyLine, buffer.getInteger(at: start, as: UInt8.self) == ASCII.carriageReturn else {
            return true
        }
        guard let second = buffer.getInteger(at: start + 1, as: UInt8.self) else { return false }
        guard second == ASCII.lineFeed else { return true }
        buffer.moveReaderIndex(forwardBy: 2)
        scanner.isAfterEmptyLine = true
        return true
    }

    private func handOnHead(_ context: ChannelHandlerContext) {
        let request = headBytes.withUnsafeReadableBytes { HTTPRequest(head, bytes: $0) }
        isAnswerAwaited = true
        isAnswerBegun = false
        if !head.keepsAlive { closesAfterAnswer = true }
        if head.expectsContinue, buffer.readableBytes == 0 {
            let interim = ResponseWriter.interim(.continue, allocator: context.channel.allocator)
            context.writeAndFlush(wrapOutboundOut(interim), promise: nil)
        }
        switch head.framing {
        case .none, .untilClose: reading = .complete
        case .length(let length): reading = .length(remaining: length)
        case .chunked: reading = .chunked(ChunkedDecoder())
        }
        if reading.isBody {
            let path = (request.path ?? "").prefix { $0 != "?" }
            let isStream = configuration.isStream(request.method, String(path))
            clock.body(isBounded: !isStream, at: context.eventLoop.now)
        } else {
            clock.answering()
        }
        context.fireChannelRead(wrapInboundOut(.head(request)))
        if !reading.isBody { context.fireChannelRead(wrapInboundOut(.end(nil))) }
    }

    private func handOn(_ context: ChannelHandlerContext, _ part: ByteBuffer) {
        clock.received(part.readableBytes)
        context.fireChannelRead(wrapInboundOut(.body(part)))
    }

    private func endBody(_ context: ChannelHandlerContext) {
        reading = .complete
        clock.answering()
        context.fireChannelRead(wrapInboundOut(.end(nil)))
        if !isAnswerAwaited { expectNextRequest(context) }
    }

    /// The answer is written and the request read: the connection is free.
    func expectNextRequest(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        reading = .head(HeadScanner())
        clock.idle(at: context.eventLoop.now)
        goOn(context)
    }

    /// Reads what was received ahead, outside of any read of the socket: handlers behind wait for the end of a read.
    func goOn(_ context: ChannelHandlerContext) {
        guard !isProcessing else { return }
        process(context)
        context.fireChannelReadComplete()
        if isReadHeld { read(context: context) }
    }

    /// Refuses the current request: here when nobody behind knows of it, there otherwise.
    func fail(_ context: ChannelHandlerContext, _ refusal: EdgeRefusal) {
        let wasHead = if case .head = reading { true } else { false }
        let text = wasHead ? correlationID : nil
        reading = .dropping
        closesAfterAnswer = true
        guard wasHead else {
            clock.answering()
            context.fireErrorCaught(refusal)
            if !isAnswerAwaited { linger(context) }
            return
        }
        let answer = configuration.refuse(refusal, text, context.remoteAddress)
        isAnswerAwaited = true
        var head = answer.head
        head.headerFields[.contentLength] = String(answer.body.readableBytes)
        writeHead(context, head, nil)
        writeBody(context, answer.body, nil)
        writeEnd(context, nil)
        context.flush()
    }

    /// The correlation ID that a refused head brought, as far as it was read.
    private var correlationID: String? {
        guard let field = head.fields.first(where: { $0.kind == .correlationID }) else { return nil }
        return buffer.getString(at: buffer.readerIndex + field.value.lowerBound, length: field.value.count)
    }
}
