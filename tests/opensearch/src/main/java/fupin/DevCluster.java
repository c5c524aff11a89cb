package fupin;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * Nodes of a real OpenSearch on loopback, without security, for tests and for trying things out.
 *
 * <p>Properties: dev.home (where data lies), dev.nodes (how many nodes the cluster has), dev.node (0: all of them in
 * this process; k: the k-th alone, so that it can be killed), dev.http and dev.transport (the ports of the first). It
 * ends when its standard input does, and so with whoever has started it.
 */
public final class DevCluster {
    private DevCluster() {}

    public static void main(String[] args) throws Exception {
        final int nodes = Integer.getInteger("dev.nodes", 1);
        final int only = Integer.getInteger("dev.node", 0);
        final int http = Integer.getInteger("dev.http", 19200);
        final int transport = Integer.getInteger("dev.transport", 19300);
        final List<String> seeds = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            seeds.add("127.0.0.1:" + (transport + i));
        }
        final OpenSearchRunner runner = new OpenSearchRunner();
        runner.setMaxHttpPort(-1); // otherwise no port beyond 9299 is taken
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                runner.close();
            } catch (Exception e) {
                e.printStackTrace();
            }
        }));
        runner.onBuild((number, settings) -> {
            final int k = only == 0 ? number : only;
            settings.put("node.name", "n" + k);
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", String.valueOf(http + k - 1));
            settings.put("transport.port", String.valueOf(transport + k - 1));
            if (nodes == 1) {
                settings.put("discovery.type", "single-node");
            } else {
                settings.putList("discovery.seed_hosts", seeds);
                // The first elects itself at once and waits for nobody.
                settings.putList("cluster.initial_cluster_manager_nodes", "n1");
            }
            settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
            settings.put("node.store.allow_mmap", true);
            settings.put("action.auto_create_index", "false");
        }).build(OpenSearchRunner.newConfigs()
                .basePath(System.getProperty("dev.home"))
                .numOfNode(only == 0 ? nodes : 1)
                .baseHttpPort(http - 1)
                .clusterName("fupin-dev"));
        System.out.println("READY http://127.0.0.1:" + (only == 0 ? http : http + only - 1));
        awaitEnd();
        System.exit(0);
    }

    private static void awaitEnd() throws IOException {
        while (System.in.read() >= 0) {
            // Nothing is said here; only its end counts.
        }
    }
}
