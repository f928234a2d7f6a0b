"""The OpenAPI description as it is served, held against what the paths do."""

from graph.rest.endpoints import ENDPOINTS
from tests.support import rest
from tests.support.customers import created_customer


class TestDescription:
    async def test_is_there_for_everybody(self, api):
        response = await rest.get(api, "/api/openapi.json", token=None)

        assert response.status_code == 200
        assert response.headers["content-type"] == "application/json"
        assert response.json()["openapi"] == "3.1.0"

    async def test_lists_exactly_the_paths_that_are_served(self, api):
        document = (await rest.get(api, "/api/openapi.json")).json()

        listed = {
            (method.upper(), path)
            for path, methods in document["paths"].items()
            for method in methods
        }
        assert listed == {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}

    async def test_describes_the_members_that_come(self, api, database):
        document = (await rest.get(api, "/api/openapi.json")).json()
        customer_id = await created_customer(database)
        served = (await rest.get(api, f"/api/customers/{customer_id}")).json()

        described = document["components"]["schemas"]["Customer"]

        assert set(described["properties"]) == set(described["required"]) == set(served)
