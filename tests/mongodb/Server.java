// A server that speaks MongoDB's protocol and keeps its data in a file: what tests run on where no MongoDB can be
// installed. `java -cp 'lib/*' Server.java PORT FILE`; port 0 is any free one. It prints the port once it listens.

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.util.List;

public class Server {
    /** Drivers of today ask for wire version 9 or more, which is more than the server says of itself. */
    private static final class Version implements MongoVersion {
        @Override
        public List<Integer> getVersionArray() {
            return List.of(5, 0, 0);
        }

        @Override
        public int getWireVersion() {
            return 13;
        }
    }

    public static void main(String[] arguments) {
        if (arguments.length != 2) {
            System.err.println("usage: Server.java PORT FILE");
            System.exit(2);
        }
        int port = Integer.parseInt(arguments[0]);
        H2Backend backend = new H2Backend(arguments[1]);
        backend.version(new Version());
        MongoServer server = new MongoServer(backend);
        server.bind("127.0.0.1", port);
        // It closes the file too.
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
        System.out.println(server.getLocalAddress().getPort());
    }
}
