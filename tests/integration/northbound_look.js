// A client not of our making looks in: signed and encrypted, by name and key; prints what it saw as one line of JSON.
const { OPCUACertificateManager } = require("node-opcua-certificate-manager");
const { OPCUAClient, MessageSecurityMode, SecurityPolicy, UserTokenType, AttributeIds,
        TimestampsToReturn, DataType, resolveNodeId } = require("node-opcua-client");

const [url, certificateFile, privateKeyFile, pki, key, cabinet] = process.argv.slice(2);

async function main() {
  const clientCertificateManager = new OPCUACertificateManager({ rootFolder: pki, automaticallyAcceptUnknownCertificate: true });
  await clientCertificateManager.initialize();
  const client = OPCUAClient.create({
    applicationUri: "urn:scada", certificateFile, privateKeyFile, clientCertificateManager,
    securityMode: MessageSecurityMode.SignAndEncrypt, securityPolicy: SecurityPolicy.Basic256Sha256,
    endpointMustExist: false, connectionStrategy: { maxRetry: 0 }, requestedSessionTimeout: 60000,
  });
  const seen = {};
  try {
    await client.connect(url);
    const session = await client.createSession({ type: UserTokenType.UserName, userName: "scada", password: key });
    const uris = await session.readNamespaceArray();
    const ns = uris.indexOf("urn:zhadao:city");
    const id = (name) => resolveNodeId(`ns=${ns};s=${name}`);
    seen.below = (await session.browse(id(cabinet))).references.map((one) => one.nodeId.value);
    const read = await session.read({ nodeId: id(`${cabinet}/K1.feedback`), attributeId: AttributeIds.Value });
    seen.read = [read.statusCode.name, read.value.value, DataType[read.value.dataType]];
    seen.written = (await session.write({ nodeId: id(`${cabinet}/K1.command`), attributeId: AttributeIds.Value,
      value: { value: { dataType: DataType.Boolean, value: true } } })).name;
    const subscription = await session.createSubscription2({ requestedPublishingInterval: 500, requestedLifetimeCount: 100,
      requestedMaxKeepAliveCount: 5, maxNotificationsPerPublish: 100, publishingEnabled: true, priority: 1 });
    const item = await subscription.monitor({ nodeId: id(`${cabinet}:link`), attributeId: AttributeIds.Value },
      { samplingInterval: 1000, queueSize: 1, discardOldest: true }, TimestampsToReturn.Both);
    seen.told = await new Promise((told) => item.on("changed", (value) => told(value.value.value)));
    await subscription.terminate();
    await session.close();
  } finally {
    await client.disconnect();
    await clientCertificateManager.dispose();
  }
  console.log("SEEN " + JSON.stringify(seen));
}
main().then(() => process.exit(0), (error) => { console.error("FAILED", error.message); process.exit(1); });
