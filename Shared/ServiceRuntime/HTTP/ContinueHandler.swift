import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Tells a client that waits with its body to go on (RFC 9110 section 10.1.1).
///
/// It is told before anybody looked at the request: a refusal then comes after the body, or ends the connection.
final class ContinueHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundOut = HTTPResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let request) = unwrapInboundIn(data),
            request.headerFields[.expect]?.lowercased() == "100-continue"
        {
            let head = HTTPResponsePart.head(HTTPResponse(status: .continue))
            context.writeAndFlush(wrapOutboundOut(head), promise: nil)
        }
        context.fireChannelRead(data)
    }
}
